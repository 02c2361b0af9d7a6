"""Texts that break out of SQL literals, pages, spreadsheets or terminals somewhere: more than 500."""

from __future__ import annotations

import itertools
import unicodedata

from patron.dsl.source import JOINERS, refused

_BREAKS = ("'", "''", "'''", '"', '""', "`", "\\", "\\'", "\\\\'", '\\"', "%27", "&#39;", "$$", "$x$", "$1", "?", ":x",
           "@x", "{{", "}}", "{%", "#{", "${", "[", "]", "(", ")", ";", ";;", "--", "-- ", "/*", "*/", "/*!", "#", "|",
           "||", "\u2019", "\uff07", "\u02bc", "\u201d", "\uff02", "\u037e", "0x27", "\\x27", "\\u0027", "E'", "x'27'",
           "b'", "N'", "U&'", "r'", "\\n", "%s", "%(a)s", "{0}", "{a}")  # fmt: skip
_TAILS = (
    " OR 1=1", " OR 'a'='a", "; DROP TABLE customers; --", " UNION SELECT 1 --", ") OR (1=1", "/**/OR/**/1=1",
    " AND (SELECT 1 FROM read_csv('/etc/passwd'))", "\\'; SELECT 1", "",
)  # fmt: skip
_DUCKDB = (
    "read_csv('/etc/passwd')", "'; ATTACH 'x.db'; --", "getenv('HOME')", "$$||pg_read_file('x')||$$", "COLUMNS(*)",
    "* EXCLUDE (a)", "FROM duckdb_settings()", "PIVOT", "#1", "a -> b", "x::INTEGER", "[1, 2][1]", "{'a': 1}",
    "MAP {'a': 1}", "INTERVAL '1' DAY", "DATE '2026-01-01'", "TIMESTAMP 'now'", "'infinity'", "NaN", "1e999", "NULL",
    "null", "missing", "TRUE", "E'\\047'", "'\\047", "chr(39)", "concat('a', 'b')", "CURRENT_USER", "today()",
    "-- sqlglot.meta x=1", "/* sqlglot.meta x=1 */", "/*+ hint */", "@@version", "EXEC xp_cmdshell", "{{ 7*7 }}",
    "{% raw %}", "<% 7 %>", "${7*7}", "#{7*7}", "*{7*7}", "{{ config }}", "{{ ''.__class__ }}", "{fn now()}",
)  # fmt: skip
_PAGES = (
    "</script><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", '" onmouseover="alert(1)', "javascript:alert(1)",
    "<!--", "-->", "]]>", "<![CDATA[", "<a href=//evil.example>x</a>", "<style>*{display:none}</style>", "&lt;b&gt;",
    "<iframe src=//evil.example>", "<base href=//evil.example>", "</title><script>alert(1)</script>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">', "\u2028alert(1)\u2029",
)  # fmt: skip
_STARTS = ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " =", "'=", '"=')
_RUN = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","x")')
_SHEETS = tuple(first + rest for first in _STARTS for rest in _RUN)
_TERMINALS = (
    "\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "a\rb", "a\x08b", "a\x07b", "\x00", "a\x00b", "a\u202eb",
    "\u2066x\u2069", "\u200b", "\ufeff", "\u00ad", "a\x7fb", "\x85", "\u061c", "\U000e0041", "\u2028", "\ufff9",
)  # fmt: skip
_LETTERS = (
    "é", "e\u0301", "ﬁ", "İ", "ß", "ſ", "K", "Ω", "Å", "ｱ", "한", "각", "a\u0308\u0323", "\U0001f600",
    "\U0001f468\u200d\U0001f469", "नमस्ते", "שלום", "\U00020000", "\ufffd", "\ufdfa", "z" * 5000,
    "'" * 999, "\\" * 999, '"' * 999, "é" * 3000, " ", "  ", " a", "a ", "a  b", "\ta", "a\tb", "%", "_", "a%b", "a_b",
    "%%", "__", "^a$", ".*", "a|b", "(?i)a", "[a", "a{2}", "\\d", "*", "?", "+", ".", "^", "$", "~", "!", "0", "1",
    "-1", "1.0", "01", "1e5", "NaN", "inf", "yes", "no", "true", "2026-01-01", "2026-01-01 10:00", "3 days", "$5",
)  # fmt: skip
_HALVES = ("\ud800", "a\udfff", "\udc80'", "\ud83d")

PAYLOADS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [*(a + b for a, b in itertools.product(_BREAKS, _TAILS)), *_DUCKDB, *_PAGES, *_SHEETS, *_TERMINALS, *_LETTERS,
         *_HALVES]
    )
)  # fmt: skip
"""All of them, those no text may hold included."""


def writable(text: str) -> bool:
    """Whether a spec may hold the text; the others must be refused (P0106)."""
    return not {text[at] for at in refused(text)} - set(JOINERS)


SPOKEN = tuple(p for p in PAYLOADS if writable(p))
REFUSED = tuple(p for p in PAYLOADS if not writable(p))
KEPT = tuple(dict.fromkeys(unicodedata.normalize("NFC", p) for p in SPOKEN))
"""What a spec's text becomes when it is read."""
