"""Ages in a description, as intervals of years with the words that say them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.cast.lexicon import form
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
STATED = {
    "middle-aged": (40, 60), "middle aged": (40, 60), "middle age": (40, 60), "elderly": (65, 95),
    "octogenarian": (80, 89), "septuagenarian": (70, 79), "sexagenarian": (60, 69),
    "nonagenarian": (90, 99), "centenarian": (100, 110), "pensioner": (65, 90), "oap": (65, 90),
    "twenty-something": (20, 29), "twentysomething": (20, 29), "thirty-something": (30, 39),
    "thirtysomething": (30, 39), "forty-something": (40, 49), "fortysomething": (40, 49),
    "fifty-something": (50, 59), "fiftysomething": (50, 59), "sixty-something": (60, 69),
    "grandmother": (50, 95), "grandfather": (50, 95), "adult": (18, 120), "grown man": (18, 120),
    "grown woman": (18, 120), "adults": (18, 120), "senior citizen": (65, 95),
}  # fmt: skip
OLD = r"(?<![-\w])(?<!years )(?<!year )(?:old|aged|ancient|elder)\s+(?:\w+\s+){0,2}?(?:man|woman|lady|gentleman|fisherman|sailor|couple|farmer|men|women)"
AFTER_NUMBER = (
    r"(?!\s*(?:cm|centi|m\b|met|kg|kilo|pound|lb|inch|ft|feet|foot|'|\"|%|mm|km|year-old\s+\w*"
    r"(?:jacket|coat)|years?\s+ago|buttons|rings|braids|pleats|studs|badges|people|members))"
)


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
def _rules() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    spoken = "|".join(sorted(_number_words(), key=len, reverse=True))
    number = rf"(?:\d{{1,3}}|{spoken})"
    # Years of age, with and without "old"; a second number makes it a range.
    years = re.compile(
        rf"\b(?P<a>{number})(?:\s*(?:-|to|or|and)\s*(?P<b>{number}))?[\s-]*(?:years?|yrs?)"
        rf"(?:[\s-]*(?:old|of\s+age)|['’](?:\s*old)?(?!\w))|\b(?P<c>{number})\s?(?:yo|y/o|y\.o\.)(?!\w)"
        rf"|\b(?:aged?|age\s*[:=])\s*(?:about\s+|around\s+|roughly\s+|~\s*)?(?P<h>{number})\b(?!\w)"
        rf"|\b(?P<i>[2-9]0|{'|'.join(TENS[1:])})[\s-]?something\b"
        rf"|\b(?:about|around|roughly|approximately|approx\.?|circa|nearly|almost|over|past|"
        rf"pushing|turning|barely|just\s+(?:over|under|past|turned)|age\s*[:=]?|is|of|at|~)\s*"
        rf"(?:about\s+|around\s+|roughly\s+)?(?P<d>{number})(?:\s*(?:-|to)\s*(?P<e>{number}))?\b"
        rf"(?!\w|\.\d)(?![\s-]+(?!with|in|and|wearing|tall|slim|or|who|whose|short|he|she|is|years|but|has|at|by|from|on)\w){AFTER_NUMBER}"
        rf"|[,(]\s*(?P<f>[1-9]\d|{'|'.join(key for key in sorted(_number_words(), key=len, reverse=True) if _number_words()[key] >= 18)})\s*(?=[,;.)]|$)"
        rf"|^(?P<g>[1-9]\d)\s*,",
        re.IGNORECASE,
    )
    part = r"(?:(?P<part>early|mid(?:dle)?|late)[\s-]*(?:(?:to|or|-)[\s-]*(?P<part2>mid|late)[\s-]*)?)?"
    decade = re.compile(
        rf"(?P<lead>\b(?:in|around|about|of|age|aged|their|his|her|its|maybe|probably|somewhere|late)\W+"
        rf"(?:(?:his|her|their|its|the|around)\s+)?|^|[,;:.(]\s*|\b(?=early|mid|late))(?:\b{part})"
        rf"(?<![\d'’])(?P<ten>[2-9]0['’]?s|{'|'.join(DECADES)})\b(?!['’]?[\s-]*(?:style|styled|inspired|era|vintage|\w*\s?(?:jacket|suit|dress|glasses|sunglasses|punk|disco|rock|haircut|fashion|car|hair|windbreaker|tracksuit)))",
        re.IGNORECASE,
    )
    stated = re.compile(
        r"\b(?:" + "|".join(sorted(map(re.escape, STATED), key=len, reverse=True)) + rf"|{OLD})\b",
        re.IGNORECASE,
    )
    return years, decade, stated


def ages_in(reading: Reading) -> tuple[Age, ...]:
    """All ages of people said in the text, in order of place."""
    years, decade, stated = _rules()
    plain = reading.plain
    found = [_from_years(match) for match in years.finditer(plain)]
    found += [_from_decade(match) for match in decade.finditer(plain)]
    for match in stated.finditer(plain):
        low, high = STATED.get(match[0].lower(), (60, 100))
        found.append(Age(low, high, match.start(), match.end()))
    real = (
        age for age in found if age.low <= 120 and not form("not_a_person").match(plain, age.end)
    )
    return tuple(sorted(real, key=lambda age: age.start))


def _from_years(match: re.Match[str]) -> Age:
    said = [match[name] for name in "abcdefghi" if match[name]]
    values = [int(word) if word.isdigit() else _spoken(word) for word in said]
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
