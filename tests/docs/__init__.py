"""The documentation is read, run and compared with the code."""
