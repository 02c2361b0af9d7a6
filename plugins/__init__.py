"""What comes with Patron through the same door as everybody else's plugins. Families do not know each other."""
