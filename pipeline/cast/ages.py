"""Ages in a description, as intervals of years with the words that say them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.cast.lexicon import data, form
from pipeline.cast.reading import Reading

TENS = ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
DECADES = (
    "twenties", "thirties", "forties", "fourties", "fifties", "sixties", "seventies", "eighties",
    "nineties",
)  # fmt: skip
DECADE_START = (20, 30, 40, 40, 50, 60, 70, 80, 90)
PART = {"early": (0, 3), "mid": (4, 6), "middle": (4, 6), "late": (7, 9)}
OLD = (60, 100)


@dataclass(frozen=True)
class Age:
    """Between ``low`` and ``high`` years, said at ``start`` to ``end`` of the text."""

    low: int
    high: int
    start: int
    end: int


@cache
def _number_words() -> dict[str, int]:
    words = {word: 10 + step for step, word in enumerate(TEENS)}
    for step, ten in enumerate(TENS[1:], start=2):
        words[ten] = step * 10
        words |= {f"{ten}-{one}": step * 10 + unit for unit, one in enumerate(ONES, start=1)}
        words |= {f"{ten} {one}": step * 10 + unit for unit, one in enumerate(ONES, start=1)}
    return words | {one: unit for unit, one in enumerate(ONES, start=1)}


@cache
def number_parts() -> frozenset[str]:
    """Every single word that a number or a decade is made of."""
    return frozenset(part for word in _number_words() for part in re.split(r"[ -]", word)) | {
        *DECADES,
        "hundred",
        "thousand",
    }


@cache
def _rule(name: str) -> re.Pattern[str]:
    """An expression of ``ages.toml`` with its lists filled in."""
    spoken = sorted(_number_words(), key=len, reverse=True)
    lists = {
        "NUMBER": rf"(?:\d{{1,3}}|{_either(spoken)})",
        "GROWN": _either([word for word in spoken if _number_words()[word] >= 18]),
        "TENS": _either(TENS[1:]),
        "TEEN": _either(TEENS[2:8]),
        "DECADE": _either(DECADES),
    }
    text = data("ages")[name]
    for mark, words in lists.items():
        text = text.replace(mark, words)
    return re.compile(text, re.VERBOSE | re.IGNORECASE)


def _either(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in words)


@cache
def _stated() -> tuple[dict[str, list[int]], re.Pattern[str]]:
    """Words that are an age by themselves, and the expression that finds them."""
    words = data("ages")["stated"]
    found = _either(sorted(words, key=len, reverse=True))
    return words, re.compile(rf"\b(?:{found})\b(?!['’]s)", re.IGNORECASE)


def ages_in(reading: Reading) -> tuple[Age, ...]:
    """All ages of people said in the text, in order of place."""
    plain = reading.plain
    words, stated = _stated()
    found = [_from_years(match) for match in _rule("years").finditer(plain)]
    found += [_from_decade(match) for match in _rule("decade").finditer(plain)]
    found += [_spanned(match, words[match[0].lower()]) for match in stated.finditer(plain)]
    found += [_spanned(match, OLD) for match in _rule("old").finditer(plain)]
    things = form("not_a_person")
    clocks = [match.span() for match in form("clock_time").finditer(plain)]
    real = (
        age
        for age in found
        if age.low <= 120
        and not things.match(plain, age.end)
        and not any(start <= age.start < end for start, end in clocks)
    )
    return tuple(sorted(real, key=lambda age: age.start))


def loose_age(reading: Reading) -> bool:
    """A number that can only be an age, such as "Forty-four, lean": enough to raise no doubt."""
    if any(18 <= _value(match["n"]) <= 110 for match in _rule("loose").finditer(reading.plain)):
        return True
    return any(
        18 <= _value(match["n"] or match["n2"]) <= 110
        for match in _rule("seasons").finditer(reading.plain)
    )


def _value(word: str) -> int:
    return int(word) if word.isdigit() else _spoken(word)


def _spanned(match: re.Match[str], years: Sequence[int]) -> Age:
    return Age(years[0], years[1], match.start(), match.end())


def _from_years(match: re.Match[str]) -> Age:
    said = [match[name] for name in "abcdefghijklmo" if match[name]]
    values = [_value(word) for word in said]
    start = match.start() + (len(match[0]) - len(match[0].lstrip("(, ")))
    most = max(values) + (9 if match["i"] else 0)
    return Age(min(values), most, start, match.end())


def _spoken(word: str) -> int:
    return _number_words()[" ".join(word.lower().split())]


def _from_decade(match: re.Match[str]) -> Age:
    ten = match["ten"].lower()
    base = int(ten[0]) * 10 if ten[0].isdigit() else DECADE_START[DECADES.index(ten)]
    low, high = PART.get((match["part"] or "").lower(), (0, 9))
    if match["part2"]:
        high = PART[match["part2"].lower()][1]
    return Age(base + low, base + high, match.start() + len(match["lead"]), match.end())
