"""Example projects: what `patron demo` copies, what the tutorial builds, and material of the tests."""
