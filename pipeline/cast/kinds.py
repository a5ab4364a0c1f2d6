"""What kind of thing a description is about, from its own words."""

from __future__ import annotations

import re

from pipeline.cast.ages import ages_in
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading
from pipeline.model import CharacterKind

PEOPLE = frozenset({"human", "role", "minor_word"})
ORDER = (
    ("robot", CharacterKind.ROBOT),
    ("species", CharacterKind.ANIMAL),
    ("creature", CharacterKind.CREATURE),
    ("object", CharacterKind.OBJECT),
)
NOUNS = PEOPLE | {name for name, _ in ORDER}


def guessed(reading: Reading) -> CharacterKind:
    """The kind that the description's head word names; a person if it names none."""
    if is_group(reading):
        return CharacterKind.GROUP
    head = _head(reading)
    if head and "object" in head.categories and ages_in(reading):
        head = None
    if head is None or head.categories & PEOPLE or not head.categories & NOUNS:
        return CharacterKind.MASKED if covered(reading) else CharacterKind.HUMAN
    for category, kind in ORDER:
        if category in head.categories:
            return kind
    return CharacterKind.HUMAN


def settled(reading: Reading, kind: CharacterKind | None) -> CharacterKind:
    """The given kind, unless the text plainly speaks of something else than a person.

    A character's kind is "human" until somebody chooses another, so "human" alone is weak.
    """
    if kind is None:
        return guessed(reading)
    if kind is CharacterKind.HUMAN:
        other = guessed(reading)
        if other is CharacterKind.MASKED or not (
            reading.has("human", "role", "pronoun", "minor_word") or other is CharacterKind.HUMAN
        ):
            return other
    return kind


def covered(reading: Reading) -> bool:
    """True when something hides the face for good."""
    return bool(form("hides").search(reading.plain) or form("mask").search(reading.plain))


def is_group(reading: Reading) -> bool:
    """True when the first thing named is more than one."""
    head = _head(reading)
    if re.search(
        r"\b(?:twin|triplet)\s+(?:sisters|brothers|girls|boys)\b", reading.plain, re.IGNORECASE
    ):
        return True
    if _numbered_head(reading):
        return True
    for hit in reading.of("group_noun", "known_count"):
        if head is not None and head.first < hit.first:
            return False
        if _several(reading, hit):
            return True
    return False


def _numbered_head(reading: Reading) -> bool:
    """As in "Six schoolteachers ...": a number and a plural open the text."""
    if reading.word(0) not in word_set("sets", "counts") and not reading.word(0).isdigit():
        return False
    for at in range(1, min(5, len(reading.tokens))):
        word = reading.word(at)
        if (
            word in word_set("sets", "units")
            or reading.tokens[at].clause != reading.tokens[0].clause
        ):
            return False
        hit = reading.hit_at.get(at)
        plain = hit is None or bool(hit.categories & (NOUNS | {"group_noun"}))
        if plain and (_plural(word) or word in {"men", "women", "people"}):
            return True
    return False


def _plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith("ss")


def _several(reading: Reading, hit: Hit) -> bool:
    lead = reading.plain[: reading.span(hit)[0]]
    word = reading.word(hit.last)
    if word == "pair" and reading.word(hit.last + 1) == "of" and not reading.of("human"):
        return False
    if "known_count" in hit.categories:
        return not reading.near(hit, {"jeans", "boots", "shoes", "glasses", "trousers"}, 0, 5)
    plural = word.endswith("s") or word in {"people", "men", "women", "children"}
    if plural:
        return bool(form("group_lead").search(lead)) or hit.first <= 3
    return _leads(reading, hit)


def _leads(reading: Reading, hit: Hit) -> bool:
    """A collective noun counts at the head: "a band", not "the singer of a band"."""
    before = {reading.word(at) for at in range(max(0, hit.first - 3), hit.first)}
    return hit.first <= 6 and not before & {"with", "wearing", "on", "of", "in", "his", "her"}


def _head(reading: Reading) -> Hit | None:
    """The first noun of a kind that is not there to describe the next noun."""
    for hit in reading.hits:
        if hit.categories & NOUNS and not _modifies(reading, hit):
            return hit
    return None


def _modifies(reading: Reading, hit: Hit) -> bool:
    """As in "fox mask", "cat ears", "robot arm", "camel coat": the next noun is what is meant."""
    if hit.categories & {"colour", "material", "garment", "accessory", "covering"} and not (
        hit.categories & {"species", "robot", "creature"} and hit.first <= 4
    ):
        return hit.first > 4
    if reading.plain[reading.span(hit)[1] : reading.span(hit)[1] + 2].lower() == "'s":
        return True
    if (reading.word(hit.last + 1), reading.word(hit.last + 2)) == ("of", "a"):
        return True
    following = reading.hit_at.get(hit.last + 1)
    if following is None:
        return reading.word(hit.last + 1) in {"print", "shaped", "like", "style", "themed", "head"}
    same_clause = reading.tokens[hit.last].clause == reading.tokens[following.first].clause
    nouns = NOUNS | {"garment", "covering", "accessory", "footwear", "animal_mark", "marker"}
    return same_clause and bool(following.categories & nouns) and hit.first != following.first
