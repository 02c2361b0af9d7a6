"""Contacts as platforms compare them: written in one way, then hashed; "" for what is none."""

from __future__ import annotations

import hashlib
import re

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_ADDRESS = 254
KEEPS_ZERO = frozenset({"39", "378", "379"})
"""Calling codes of countries whose numbers keep the 0 that others leave out when they are called from abroad."""


def hashed(text: str) -> str:
    """SHA-256 in small hexadecimal digits; nothing of nothing."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else ""


def email(text: str) -> str:
    """An address in small letters without any space."""
    found = "".join(text.split()).lower()
    return found if len(found) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(found) else ""


def phone(text: str, calling_code: str) -> str:
    """A number in the form of E.164, `+12125550100`; one without a calling code gets that of the setting, if any."""
    written = text.strip()
    digits = re.sub(r"\D", "", written.replace("(0)", "") if written.startswith(("+", "00")) else written)
    if written.startswith("00"):
        digits = digits[2:]
    elif not written.startswith("+"):
        digits = _called(digits, calling_code)
    return f"+{digits}" if 8 <= len(digits) <= 15 and not digits.startswith("0") else ""


def _called(digits: str, calling_code: str) -> str:
    """A number as it is written at home, as it is called from abroad."""
    if not calling_code or not digits:
        return ""
    if calling_code == "1" and len(digits) == 11 and digits.startswith("1"):
        return digits
    if calling_code == "1" and len(digits) != 10:
        return ""
    return calling_code + (digits if calling_code in KEEPS_ZERO else digits.lstrip("0"))


def country(text: str) -> str:
    """The two small letters of a country; "" for a name, which nobody compares."""
    found = text.strip().lower()
    return found if re.fullmatch("[a-z]{2}", found) else ""


def postcode(text: str, of_country: str) -> str:
    """A postcode in small letters without spaces and dashes; of the United States its first five digits."""
    found = re.sub(r"[\s-]", "", text).lower()
    return found[:5] if of_country == "us" and found[:5].isdecimal() else found
