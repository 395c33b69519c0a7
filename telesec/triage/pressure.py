"""A blood pressure in a caller's words ("21-12", "18 et demi sur 10", "14/9") read as one."""

import re

_PRESSURE = re.compile(
    r"(?<![\d/.,-])(?P<high>\d{1,2})(?:[.,]\d| et demie?)?\s?(?:/|-|–|\bsur\b)\s?(?P<low>\d{1,2})(?![\d/-])",
    re.IGNORECASE,
)
_SAID = re.compile(r"(?:tensions?|le|du|au|depuis|avant|vers|entre|de)\W*$", re.IGNORECASE)
_HIGH = range(9, 30)
_LOW = range(4, 17)


def with_pressure(text: str) -> str:
    """Return a text in which two figures that can only be a blood pressure stand after the word for it.

    A date after its article and a mark out of ten or twenty stay what they are; where the word was said
    before the figures nothing changes.
    """
    return _PRESSURE.sub(_named, text)


def _named(match: re.Match[str]) -> str:
    said = _SAID.search(match.string, 0, match.start())
    high, low = int(match["high"]), int(match["low"])
    if said or high not in _HIGH or low not in _LOW or low >= high:
        return match[0]
    return f"tension artérielle {match[0]}"
