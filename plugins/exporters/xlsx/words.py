"""The words of a workbook itself, by language; those of pages are used where they fit."""

from __future__ import annotations

from collections.abc import Mapping

from patron.engine.report.words import in_language
from patron.plugins.exporters.html.words import page_words

_WORDS: Mapping[str, tuple[str, str]] = {
    "about": ("About", "關於"),
    "chart_data": ("Chart data", "圖表資料"),
    "contents": ("Sheet", "工作表"),
    "part_of": ("Part of", "所屬部分"),
    "kind": ("Kind", "種類"),
    "name": ("Name", "名稱"),
    "value": ("Value", "數值"),
    "meaning": ("What it is", "說明"),
    "definition": ("Definition", "定義"),
    "course": ("Course", "走勢"),
    "step": ("Step", "步驟"),
    "condition": ("Condition", "條件"),
    "of_first_step": ("Of the first step", "占第一步"),
    "of_step_before": ("Of the step before", "占前一步"),
    "state_of": ("{column}: state", "{column}：狀態"),
    "exact": (
        "Amounts of more than 15 digits are written as texts, since spreadsheets would round them.",
        "超過 15 位數的金額以文字寫入，以免試算表四捨五入。",
    ),
    "goes_on": ("{title} ({n})", "{title}（{n}）"),
    "a_card": ("Key number", "關鍵數字"),
    "a_cards": ("Key numbers", "關鍵數字"),
    "a_line": ("Line", "折線"),
    "a_bar": ("Bars", "長條"),
    "a_pie": ("Parts", "組成"),
    "a_table": ("Table", "表格"),
    "a_matrix": ("Matrix", "矩陣"),
    "a_heatmap": ("Heat", "熱點"),
    "a_funnel": ("Funnel", "漏斗"),
    "a_facts": ("Facts", "事實"),
    "a_conditions": ("Conditions", "條件"),
}


def book_words(locale: str) -> dict[str, str]:
    """All words of a workbook in the language of the locale."""
    return {**page_words(locale), **in_language(_WORDS, locale)}
