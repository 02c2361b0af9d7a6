"""The kinds of figures that every exporter of ours knows (language reference, section 14)."""

from __future__ import annotations

from patron.engine.contracts import ShowType
from patron.engine.hooks import hookimpl


@hookimpl
def patron_shows() -> list[ShowType]:
    """One a line, in the order of the reference."""
    return [
        ShowType("card", "one value with its comparison", needs="no dims"),
        ShowType("cards", "several values with their comparisons", needs="no dims"),
        ShowType("line", "series along time, the comparison beneath", needs="time first"),
        ShowType("bar", "bars for the values of a dimension", needs=""),
        ShowType("pie", "the parts of a whole", needs="one dim or rest"),
        ShowType("table", "rows and columns of the phrase", needs=""),
        ShowType("matrix", "the first dimension down, the last across", needs="two dims"),
        ShowType("heatmap", "colour by the first metric, on a grid or a map", needs="place or two dims"),
        ShowType("funnel", "steps from many to few", needs="metrics"),
        ShowType("facts", "names and values", needs="fields"),
        ShowType("conditions", "the tree of an audience or list in words, with counts", needs="people"),
    ]
