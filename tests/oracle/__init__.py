"""An oracle for Patron: the language reference in plain Python, without SQL and without the engine.

A folder with CSV files and `.patron` files is read (`loading`), looked at as of a moment (`reading`), and asked the
same phrases as the engine (`phrases`, `audiences`). Every rule stands near the sentence of the reference it follows.
"""
