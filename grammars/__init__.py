"""The grammar of the language and what is generated from it; read as data."""
