"""The canonical form of a tree, by section of the language; `patron.dsl.format` is the door."""
