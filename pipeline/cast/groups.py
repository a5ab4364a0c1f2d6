"""How many there are in a group, and whether each can be told from the others."""

from __future__ import annotations

import re

from pipeline.cast.ages import ONES, TEENS
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading

NAMED = {
    "twin": 2,
    "triplet": 3,
    "duo": 2,
    "pair": 2,
    "couple": 2,
    "twins": 2,
    "both": 2,
    "trio": 3,
    "triplets": 3,
    "quartet": 4,
    "quadruplets": 4,
    "quintet": 5,
    "quintuplets": 5,
    "sextet": 6,
    "septet": 7,
    "octet": 8,
}
SPOKEN = {
    word: number
    for number, word in enumerate(
        [*ONES[1:], *TEENS, "twenty"],
        start=2,
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "dozen": 12}
NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(SPOKEN)})"
LISTED = re.compile(r"(?:^|[;\n:.]|\(\d\)|\b\d[.)])\s*[A-Za-z]")
WITH = re.compile(r"^\s*[\w' -]{0,40}?\b(?:with|in|wears|has|wearing)\b", re.IGNORECASE)
PROPER = re.compile(r"\b[A-Z][a-z]+\b(?=\s*(?:[,:(]|has|wears|is|in|with|the|plays|-))")


def counted(reading: Reading) -> int | None:
    """The exact number of members, or None when the text gives none."""
    named = _named_pair(reading)
    if named:
        return named
    start = 1 if reading.word(0) in {"exactly", "just", "these", "the", "all", "our"} else 0
    first, second = reading.word(start), reading.word(start + 1)
    if (first in SPOKEN or first.isdigit()) and second not in word_set("sets", "years"):
        return _value(first)
    match = form("members").search(reading.plain)
    if match:
        return _value(match["n"] or match["n2"])
    if form("loose_opening").match(reading.plain):
        return None
    return _numbered(reading)


def _numbered(reading: Reading) -> int | None:
    """The number that goes with a noun; of some "among them" it is not that of all."""
    among = re.search(r"\bamong(?:st)?\s+them\b", reading.plain, re.IGNORECASE)
    for hit in reading.of(
        "group_noun", "known_count", "human", "role", "species", "robot", "creature"
    ):
        if among and reading.span(hit)[0] > among.start():
            return None
        number = _before(reading, hit)
        if number:
            return number
    return _listed(reading)


def _named_pair(reading: Reading) -> int | None:
    twins = re.search(r"\b(twin|triplet)\s+(?:sisters|brothers|girls|boys)\b", reading.plain, re.I)
    if twins:
        return NAMED[twins[1].lower()]
    return 2 if paired(reading) else None


def paired(reading: Reading) -> bool:
    """As in "A father and a son, ... both in ...": two beings joined at the very opening."""
    beings = {"human", "role", "species", "robot", "creature"}
    opening = [hit for hit in reading.hits if hit.categories & beings][:2]
    if len(opening) < 2 or opening[0].first > 4 or not reading.near_any({"both", "each"}):
        return False
    one, other = opening
    return (
        reading.word(one.last + 1) == "and"
        and reading.word(one.last + 2) in {"a", "an", "his", "her", "the", "their"}
        and reading.tokens[one.last].clause == reading.tokens[other.first].clause
    )


def _before(reading: Reading, hit: Hit) -> int | None:
    """The number up to four words before a noun, or the number that the noun itself is."""
    if hit.words[-1] in NAMED or reading.word(hit.last) in NAMED:
        name = hit.words[-1] if hit.words[-1] in NAMED else reading.word(hit.last)
        vague = (
            name in {"couple", "pair"}
            and reading.word(hit.last + 1) == "of"
            and (reading.word(hit.first - 1) == "a" and name == "couple")
        )
        return None if vague else NAMED[name]
    clause = reading.tokens[hit.first].sentence
    for at in range(hit.first - 1, max(-1, hit.first - 6), -1):
        word = reading.word(at)
        if reading.tokens[at].sentence != clause:
            return None
        if (word in SPOKEN or word.isdigit()) and reading.word(at + 1) not in word_set(
            "sets", "years"
        ):
            return _value(word)
    return None


def _listed(reading: Reading) -> int | None:
    """Members named one by one at the start: "a man and a woman"."""
    opening = reading.plain.split(".")[0]
    people = form("people_listed").findall(opening)
    return len(people) if len(people) >= 2 else None


def _value(word: str) -> int:
    return int(word) if word.isdigit() else SPOKEN[word.lower()]


def distinguished(reading: Reading) -> bool:
    """True when there are at least as many signs of a single member as there are members."""
    number = counted(reading) or 2
    text = reading.plain
    if form("identical").search(text) and len(form("one_each").findall(text)) < number:
        return False
    after_colon = text.partition(":")[2] or (text if ";" in text else "")
    signs = max(
        len([part for part in re.split(r"[,;.]", after_colon) if WITH.search(part)]),
        len(form("items").findall(after_colon)),
        len(form("roles").findall(text)),
        len(form("one_each").findall(text)),
        len(form("people_listed").findall(text)),
        len(LISTED.findall(text)) - 1,
        len({name for name in PROPER.findall(text)}),
        _colour_list(reading, number),
        len({hit.phrase for hit in reading.of("role")}),
        len(re.findall(r"\bone\b", text, re.I))
        + len(re.findall(r"\b(?:another|other|others)\b", text, re.I)),
    )
    return signs >= number or (signs == number - 1 and signs > 1)


def _colour_list(reading: Reading, number: int) -> int:
    """As in "one red, one blue" or "in red, gold and white respectively"."""
    if not reading.near_any({"one", "respectively", "different"}):
        return 0
    colours = {hit.phrase for hit in reading.of("colour")}
    return number if len(colours) >= number and number <= 8 else 0


def loose_words(reading: Reading) -> tuple[int, int] | None:
    """Where the text speaks of an uncounted number, for the quote."""
    for hit in (*reading.of("group_loose"), *reading.of("group_noun")):
        return reading.span(hit)
    return None
