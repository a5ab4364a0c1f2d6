"""Contradictions about hair: bald with long hair, two colours, two lengths."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cast.binding import family
from pipeline.cast.findings import Finding
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.look import Look
from pipeline.cast.reading import Hit, Reading

HAIR_LONG = frozenset({"long", "waist length", "hip length", "knee length", "elbow length"})


def hair_contradictions(look: Look) -> Iterator[Finding]:
    """All of them; for one body only."""
    yield from _bald(look)
    yield from _hair_colours(look)
    yield from _hair_lengths(look)


def _bald(look: Look) -> Iterator[Finding]:
    reading = look.reading
    for bald in reading.of("hairless"):
        if bald.phrase == "balding" or form("bald_part").search(_around(reading, bald, 0, 30)):
            continue
        for hair in _head_hair(look):
            if look.bonds.tints_of(hair) or reading.near(hair, _lengths(), 4, 0):
                yield Finding("contradiction", *phrase_span(look, hair), removable=True)
                return


def _lengths() -> frozenset[str]:
    return frozenset(
        [
            "long",
            "short",
            "curly",
            "wavy",
            "straight",
            "thick",
            "flowing",
            "shoulder",
            "spiky",
            "braided",
        ]
    )


def _head_hair(look: Look) -> list[Hit]:
    reading = look.reading
    body = {"facial", "chest", "arm", "nose", "body", "back", "no", "without", "hand", "leg"}
    return [
        hit
        for hit in reading.of("hair", "hair_style")
        if not hit.categories & {"garment", "accessory", "footwear", "beard"}
        and reading.word(hit.first - 1) not in body
        and hit.words[-1] in word_set("sets", "hair_words")
    ]


def phrase_span(look: Look, noun: Hit) -> tuple[int, int]:
    """The noun with its own adjectives in front."""
    reading = look.reading
    start = noun.first
    while start > 0 and reading.tokens[start - 1].sentence == reading.tokens[noun.first].sentence:
        hit = reading.hit_at.get(start - 1)
        if hit is None or not hit.categories & {
            "colour",
            "hair_shape",
            "shade",
            "hair_colour_only",
            "material",
            "pattern",
            "size",
        }:
            break
        start = hit.first
    return reading.tokens[start].start, reading.tokens[noun.last].end


def _around(reading: Reading, hit: Hit, before: int, after: int) -> str:
    start, end = reading.span(hit)
    return reading.plain[max(0, start - before) : end + after]


def _hair_colours(look: Look) -> Iterator[Finding]:
    """Two hair phrases of two colours, and no word that would make the hair two-toned."""
    seen: list[tuple[Hit, str]] = []
    for hair in _head_hair(look):
        shades = {family(tint) for tint in look.bonds.tints_of(hair)} - {""}
        if len(shades) == 1:
            seen.append((hair, shades.pop()))
    if len({shade for _, shade in seen}) > 1 and not form("two_tone").search(look.reading.plain):
        yield Finding("contradiction", *phrase_span(look, seen[-1][0]), removable=True)


def _hair_lengths(look: Look) -> Iterator[Finding]:
    reading = look.reading
    if form("two_tone").search(reading.plain):
        return
    long_at, short_at = [], []
    for hair in _head_hair(look):
        shapes = _shapes_before(reading, hair)
        long_at += [hair] if shapes & HAIR_LONG else []
        short_at += [hair] if shapes & word_set("sets", "hair_short") else []
    short_at += [
        hit for hit in reading.of("hair_style") if hit.phrase in word_set("sets", "hair_short")
    ]
    if long_at and short_at and long_at[0] is not short_at[0]:
        yield Finding(
            "contradiction",
            *phrase_span(look, max(long_at[0], short_at[0], key=lambda hit: hit.first)),
            removable=True,
        )


def _shapes_before(reading: Reading, hair: Hit) -> set[str]:
    shapes: set[str] = set()
    at = hair.first - 1
    while at >= 0 and reading.tokens[at].sentence == reading.tokens[hair.first].sentence:
        hit = reading.hit_at.get(at)
        if hit is None or not hit.categories & {
            "hair_shape",
            "colour",
            "shade",
            "hair_colour_only",
        }:
            break
        shapes.add(hit.phrase)
        at = hit.first - 1
    return shapes
