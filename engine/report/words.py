"""What states are called in reports, and what their reader can do about them."""

from __future__ import annotations

from collections.abc import Mapping

from patron.dsl.nodes import dataclass
from patron.engine import results as r
from patron.engine.runtime import extras


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state in words: `short` stands in a cell, `full` where there is room, `advice` says what to do."""

    short: str
    full: str
    advice: str


_ENGLISH: Mapping[str, StateWords] = {
    r.EMPTY: StateWords("–", "–", "Nothing to calculate: no rows, or a division by zero."),
    r.NOT_TRACKED: StateWords(
        "not tracked",
        "not tracked",
        "Recording had not begun then: choose a later period. What is never recorded is named below, with what to map.",
    ),
    r.NOT_ENOUGH_DATA: StateWords(
        "not enough data",
        "not enough data",
        "Too little history for a prediction. It appears by itself once there is enough.",
    ),
    r.PENDING: StateWords(
        "pending",
        "pending: list not taken yet",
        "The list has not been taken yet. Take it (patron lists take NAME), or wait for the run that does.",
    ),
    r.EXPIRED: StateWords(
        "expired", "expired: last known value", "The list's time is over; its last values stay. Take the list anew."
    ),
    r.SUPPRESSED: StateWords(
        "hidden", "hidden: too few people", "Hidden to protect people. Choose a longer period or wider groups."
    ),
    r.NOT_PERMITTED: StateWords(
        "not permitted", "not permitted for your role", "Your role may not see this. Ask an owner of the project."
    ),
    r.SOURCE_MISSING: StateWords(
        "source missing",
        "source missing",
        "No source fills a table or column that this needs. Add the source to the project.",
    ),
}

_CHINESE: Mapping[str, StateWords] = {
    r.EMPTY: StateWords("–", "–", "沒有可計算的資料：沒有符合的列，或除數為零。"),
    r.NOT_TRACKED: StateWords("未追蹤", "未追蹤", "當時尚未開始記錄，或此通路沒有記錄。請選擇較晚的期間。"),
    r.NOT_ENOUGH_DATA: StateWords("資料不足", "資料不足", "歷史資料太少，無法預測。累積足夠後會自動顯示。"),
    r.PENDING: StateWords(
        "等待中", "等待中：名單尚未建立", "名單尚未建立。請執行 patron lists take NAME，或等候建立名單的執行。"
    ),
    r.EXPIRED: StateWords("已過期", "已過期：最後已知的數值", "名單期限已過，保留最後的數值。請重新建立名單。"),
    r.SUPPRESSED: StateWords("已隱藏", "已隱藏：人數太少", "為保護個人資料而隱藏。請選擇較長的期間或較大的群組。"),
    r.NOT_PERMITTED: StateWords("無權限", "您的角色無權限", "您的角色不能查看此項。請洽專案擁有者。"),
    r.SOURCE_MISSING: StateWords("缺少來源", "缺少資料來源", "沒有來源提供所需的資料表或欄位。請在專案中加入來源。"),
}

_STATES: Mapping[str, Mapping[str, StateWords]] = {"en": _ENGLISH, "zh": _CHINESE}

_NOT_INSTALLED: Mapping[str, StateWords] = {
    "en": StateWords(
        "not installed",
        "not installed: the extra predict",
        "Predictions need libraries that are not installed: pip install 'patron[predict]'",
    ),
    "zh": StateWords("未安裝", "未安裝：predict 套件", "預測所需的程式庫尚未安裝：pip install 'patron[predict]'"),
}

_FEW_PEOPLE: Mapping[str, str] = {"en": "hidden: fewer than {n} people", "zh": "已隱藏：少於 {n} 人"}

_PLAIN: Mapping[str, Mapping[str, str]] = {
    "en": {"yes": "yes", "no": "no", "unknown": "not known", "day": "day", "days": "days"},
    "zh": {"yes": "是", "no": "否", "unknown": "未知", "day": "天", "days": "天"},
}


def language(locale: str) -> str:
    """The language of a locale if there are words in it, else English."""
    found = locale.replace("_", "-").partition("-")[0].lower()
    return found if found in _STATES else "en"


def state_words(state: str, locale: str, smallest_group: int = 0) -> StateWords:
    """The words of a state other than `ok`; an unknown state stands for itself."""
    spoken = language(locale)
    words = _STATES[spoken].get(state) or StateWords(state, state, "")
    if state == r.NOT_ENOUGH_DATA and not extras.there("numpy"):  # then nothing is ever learned
        return _NOT_INSTALLED[spoken]
    if state == r.SUPPRESSED and smallest_group > 1:
        return StateWords(words.short, _FEW_PEOPLE[spoken].format(n=smallest_group), words.advice)
    return words


def in_language(words: Mapping[str, tuple[str, str]], locale: str) -> dict[str, str]:
    """Words, each said in English and in Chinese, as a reader of that locale knows them."""
    place = ("en", "zh").index(language(locale))
    return {name: said[place] for name, said in words.items()}


def word(name: str, locale: str) -> str:
    """A small word that values need: yes, no, unknown, day, days."""
    return _PLAIN[language(locale)][name]
