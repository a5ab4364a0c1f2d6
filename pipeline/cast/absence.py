"""Whether something is really not said, or only said in words that nobody here knows.

A warning that something is missing is a claim about the whole text. In a text of some length
that holds several words unknown to the lexicon, any of them may be the thing looked for.
"""

from __future__ import annotations

from functools import cache

from pipeline.cast.ages import number_parts
from pipeline.cast.lexicon import word_set
from pipeline.cast.reading import Reading

RICH_WORDS = 15
ENOUGH_UNKNOWN = 2
ENOUGH_CONCRETE = 3
CONCRETE = ("colour", "material", "garment", "hair", "hair_style", "face", "marker", "eyes", "form")
ADJECTIVES = ("ed", "en", "ful", "ous", "ive", "ish", "able", "ible")


def unsure(reading: Reading) -> bool:
    """True when the words nobody knows are too many to say that anything is missing."""
    return (
        len(reading.tokens) >= RICH_WORDS
        and len(list(reading.of(*CONCRETE))) >= ENOUGH_CONCRETE
        and mysteries(reading) >= ENOUGH_UNKNOWN
    )


def mysteries(reading: Reading) -> int:
    """How many unknown words may be a thing or a trait: no number, no part of the body."""
    return len(
        {
            token.word
            for at, token in enumerate(reading.tokens)
            if reading.unknown(at)
            and token.word not in _explained()
            and not token.word.endswith(ADJECTIVES)
        }
    )


@cache
def _explained() -> frozenset[str]:
    return (
        number_parts()
        | word_set("actions", "body")
        | word_set("sets", "body_parts")
        | word_set("sets", "dull")
    )
