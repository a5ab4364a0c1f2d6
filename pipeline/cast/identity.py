"""What is sent of a character: identity block and wardrobe anchor, in the text's own words.

Text-to-video and reference pictures get the whole block, word for word. Image-to-video gets the
anchor only: describing the face again makes a model redraw it.
"""

from __future__ import annotations

import itertools
import re

from pipeline.cast.kinds import settled
from pipeline.cast.lexicon import word_set
from pipeline.cast.reading import Hit, Reading
from pipeline.model import Character, CharacterKind

ANCHOR_WORDS = 12
WORN = frozenset({"garment", "footwear", "covering"})
OTHER_NOUNS = frozenset(
    {
        "hair",
        "hair_style",
        "eyes",
        "skin",
        "face",
        "human",
        "role",
        "pronoun",
        "wearing",
        "marker",
    }
)
TINTED = frozenset({"colour", "pattern", "material"})


def identity_block(character: Character) -> str:
    """Name and description, verbatim, identity first: ``Maya: a woman in her thirties ...``."""
    description = character.description.strip()
    name = character.name.strip()
    if not name or description.lower().startswith(name.lower()):
        return description
    return f"{name}: {description}" if description else name


def wardrobe_anchor(character: Character) -> str:
    """At most 12 words that tie the picture to the character, cut from the description.

    Garments with their own adjectives; for animals, machines and things the first words about
    their body. Empty when the description names none: nothing is invented.
    """
    reading = Reading(character.description)
    kind = settled(reading, character.kind)
    if kind not in {CharacterKind.HUMAN, CharacterKind.MASKED, CharacterKind.GROUP}:
        return _opening(reading)
    phrases: list[str] = []
    left = ANCHOR_WORDS
    for noun in reading.of(*WORN):
        phrase = _phrase(reading, noun)
        words = len(phrase.split())
        if phrase and words <= left and phrase not in phrases:
            phrases.append(phrase)
            left -= words
    return ", ".join(phrases)


def _opening(reading: Reading) -> str:
    """The first words up to the last comma or small word that leaves at most 12 of them."""
    tokens, text = reading.tokens, reading.text.strip()
    if len(text.split()) <= ANCHOR_WORDS:
        return text.rstrip(".")
    words = list(re.finditer(r"\S+", reading.text))[:ANCHOR_WORDS]
    cut = words[-1].end()
    for token, following in itertools.pairwise(tokens):
        if following.clause != token.clause and words[2].end() <= token.end <= words[-1].end():
            cut = token.end
    return reading.text[words[0].start() : cut].rstrip(" ,.;:")


def _phrase(reading: Reading, noun: Hit) -> str:
    """The noun with the words right before it, if a colour or a cloth is among them."""
    tokens = reading.tokens
    following = reading.hit_at.get(noun.last + 1)
    joined = following is not None and tokens[following.first].clause == tokens[noun.last].clause
    if noun.categories & {"hair", "marker"} or (joined and _worn(following)):
        return ""
    start = noun.first
    while start > 0 and noun.first - start < 6 and _belongs(reading, start, noun):
        start -= 1
    quoted = reading.text[tokens[start].start : tokens[noun.last].end]
    inside = {at: reading.hit_at.get(at) for at in range(start, noun.last + 1)}
    if not any(hit is not None and hit.categories & TINTED for hit in inside.values()):
        return ""
    return re.sub(r"\s+", " ", quoted)


def _belongs(reading: Reading, start: int, noun: Hit) -> bool:
    """True when the word before ``start`` still describes the noun."""
    token = reading.tokens[start - 1]
    if reading.text[token.end : reading.tokens[start].start] == "-":
        return True
    hit = reading.hit_at.get(start - 1)
    if token.clause != reading.tokens[noun.first].clause or token.word in word_set("sets", "stops"):
        return False
    if token.word == "and":
        sides = (reading.hit_at.get(start - 2), reading.hit_at.get(start))
        plural = reading.word(start - 2).endswith("s")
        return not plural and all(
            side is not None and "colour" in side.categories for side in sides
        )
    return hit is None or not hit.categories & OTHER_NOUNS or bool(hit.categories & TINTED)


def _worn(hit: Hit | None) -> bool:
    return hit is not None and bool(hit.categories & WORN)
