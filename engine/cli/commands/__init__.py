"""The commands, one a file; the command has the name of its module."""
