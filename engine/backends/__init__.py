"""Where compiled queries run: open, register, run, cancel, close."""
