"""Choices left open: hedges, options joined by "or", a slash between two colours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cast.ages import number_parts
from pipeline.cast.findings import Finding
from pipeline.cast.groups import SPOKEN
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading

FIXED_OR = frozenset(["less", "so", "two", "nor", "later", "more"])
NEGATING = frozenset(["no", "without", "not", "never", "neither"])


def hedges(reading: Reading) -> Iterator[Finding]:
    """Words that leave a choice open, and options joined by "or" or a slash."""
    for hit in reading.of("hedge"):
        if not _fixed_hedge(reading, hit):
            yield Finding("hedged_options", *reading.span(hit), removable=True)
    for at, token in enumerate(reading.tokens):
        if token.word == "or" and _is_option(reading, at):
            yield _alternatives(reading, at)
    listed = len(form("list_slash").findall(reading.plain)) >= 3
    for match in form("slash").finditer(reading.plain):
        if not (listed and " " in match.group()) and _both_known(reading, match):
            yield Finding("hedged_options", match.start(), match.end(), (match[1], match[2]))


def _fixed_hedge(reading: Reading, hit: Hit) -> bool:
    start = reading.span(hit)[0]
    if (
        _guessed_age(reading, hit)
        or form("open_age").match(reading.plain, start)
        or form("between_ages").match(reading.plain, start)
    ):
        return True
    if hit.phrase in {"can be", "could be", "may be"} and reading.word(hit.last + 1) in {
        "seen", "told", "read", "made", "found", "heard", "felt", "counted", "glimpsed", "worn",
    }:  # fmt: skip
        return True
    if hit.phrase == "either":
        return reading.word(hit.last + 1) in word_set("sets", "sides_of_two")
    if hit.phrase in {"kind of", "sort of"} and reading.word(hit.first - 1) in {
        "the",
        "every",
        "any",
    }:
        return True
    if hit.phrase in {"kind of", "sort of"}:
        following = reading.hit_at.get(hit.last + 1)
        return following is not None and bool(following.categories & {"garment", "object"})
    return False


def _guessed_age(reading: Reading, hit: Hit) -> bool:
    """As in "maybe fifty": an age told as one tells it of a stranger."""
    following = reading.word(hit.last + 1)
    return hit.phrase in {"maybe", "perhaps", "probably"} and (
        following.isdigit() or following in number_parts()
    )


def _is_option(reading: Reading, at: int) -> bool:
    """An "or" between two things to draw; not "an inch or two", not "no hat or gloves"."""
    before, after = reading.word(at - 1), reading.word(at + 1)
    if after in FIXED_OR or not after or not before or after.isdigit():
        return False
    if _number(before) and _number(after):
        end = reading.tokens[at + 1].end
        if form("countable").match(reading.plain[end:].lstrip()):
            return False
    sentence, clause = reading.tokens[at].sentence, reading.tokens[at].clause
    earlier = [
        token.word
        for token in reading.tokens[max(0, at - 8) : at]
        if token.sentence == sentence and token.clause >= clause - 1
    ]
    if set(earlier) & NEGATING:
        return False
    return not (
        (_age_word(before) and _age_word(reading.word(at + 1)))
        or (_age_word(reading.word(at + 2)) and _age_word(before))
    )


def _number(word: str) -> bool:
    return word.isdigit() or word in SPOKEN or word == "one"


def _age_word(word: str) -> bool:
    return bool(form("age_word").fullmatch(word))


def _alternatives(reading: Reading, at: int) -> Finding:
    """The two options beside "or" as far as they can be cut out of the text."""
    tokens = reading.tokens
    first, last = _option_start(reading, at), at + 1
    while last + 1 < len(tokens) and tokens[last].word in {
        "a",
        "an",
        "the",
        "in",
        "maybe",
        "his",
        "her",
        "dark",
        "light",
    }:
        last += 1
    text = reading.text
    left = text[tokens[first].start : tokens[at - 1].end]
    right = text[tokens[at + 1].start : tokens[last].end]
    return Finding("hedged_options", tokens[first].start, tokens[last].end, (left, right))


def _option_start(reading: Reading, at: int) -> int:
    """One word, or the phrase back to its article when the other side begins with an article."""
    articles = {"a", "an", "the"}
    if reading.word(at + 1) in articles:
        for first in range(at - 1, max(-1, at - 6), -1):
            if (
                reading.word(first) in articles
                and reading.tokens[first].clause == reading.tokens[at].clause
            ):
                return first
    return at - 1


def _both_known(reading: Reading, match: re.Match[str]) -> bool:
    pair = [Reading(match[1]).hits, Reading(match[2]).hits]
    wanted = {
        "colour",
        "garment",
        "footwear",
        "accessory",
        "hair_style",
        "human",
        "hair_shape",
        "build",
        "covering",
        "species",
    }
    return all(hits and hits[0].categories & wanted for hits in pair)
