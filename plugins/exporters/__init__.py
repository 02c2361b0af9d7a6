"""File formats that come with Patron: each a plugin of its own."""
