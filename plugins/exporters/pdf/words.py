"""The words that only pages on paper have, by language."""

from __future__ import annotations

from collections.abc import Mapping

from patron.engine.report.words import in_language

_WORDS: Mapping[str, tuple[str, str]] = {
    "empty_rest": ("Choose a longer period or wider conditions.", "請選擇較長的期間或較寬的條件。"),
    "contents": ("Contents", "目錄"),
    "page_of": ("Page {n} of {all}", "第 {n} 頁，共 {all} 頁"),
    "definitions": ("What the numbers mean", "數字的定義"),
}


def paper_words(locale: str) -> dict[str, str]:
    """All of them in the language of the locale."""
    return in_language(_WORDS, locale)
