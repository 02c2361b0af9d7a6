"""What every room of the engine needs and no room owns: errors, clock, files, secrets, limits, progress."""
