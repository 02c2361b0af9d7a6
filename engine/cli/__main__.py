"""`python -m patron.engine.cli`: the same as `patron`."""

from patron.engine.cli import main

main()
