"""The functions of the language, a file per family, and the table that finds them."""
