"""Two statements that cannot both be drawn."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pipeline.cast.binding import family
from pipeline.cast.findings import Finding
from pipeline.cast.hairdo import hair_contradictions, phrase_span
from pipeline.cast.lexicon import clashes, form, word_set
from pipeline.cast.look import Look
from pipeline.cast.reading import Hit, Reading
from pipeline.model import CharacterKind


def contradictions(look: Look) -> Iterator[Finding]:
    """Contradictions of one body; a group has many bodies and is not judged by these."""
    if look.kind is CharacterKind.GROUP:
        return
    yield from _pairs(look.reading.plain)
    if look.kind in {CharacterKind.HUMAN, CharacterKind.MASKED}:
        yield from hair_contradictions(look)
        yield from _ages(look)
        yield from _builds(look)
    yield from _eye_colours(look)
    yield from _garments(look)
    yield from _coats(look)
    yield from _sizes(look)


def _pairs(plain: str) -> Iterator[Finding]:
    for clash in clashes():
        left = clash.one.search(plain)
        right = left and re.search(
            clash.other.replace("(?P=g)", re.escape(left.groupdict().get("g") or "")),
            plain,
            re.VERBOSE | re.IGNORECASE,
        )
        if left and right and not _overlap(left, right) and not _parts(plain, left, right):
            yield Finding("contradiction", *max(left.span(), right.span()), removable=True)


def _overlap(left: re.Match[str], right: re.Match[str]) -> bool:
    return left.start() < right.end() and right.start() < left.end()


def _parts(plain: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Two parts of one body may differ: vitiligo, a curled end of straight hair."""
    low, high = min(left.start(), right.start()), max(left.end(), right.end())
    return bool(form("two_parts").search(plain[low:high]))


def _ages(look: Look) -> Iterator[Finding]:
    ages = [age for age in look.ages if (age.low, age.high) != (18, 120)]
    for one, other in itertools.pairwise(ages):
        if max(one.low, other.low) - min(one.high, other.high) > 4:
            yield Finding("contradiction", other.start, other.end, removable=True)
            return
    young = form("said_young").search(look.reading.plain)
    if young and ages and min(age.low for age in ages) >= 50:
        yield Finding("contradiction", young.start(), young.end(), removable=True)


def _builds(look: Look) -> Iterator[Finding]:
    def said(category: str) -> list[Hit]:
        return [
            hit
            for hit in look.reading.of(category)
            if look.describes(hit, {"human", "role", "build_noun"})
            or hit.phrase in word_set("sets", "sure")
        ]

    thin, heavy = said("build_thin"), said("build_heavy")
    if thin and heavy:
        yield Finding(
            "contradiction",
            *look.reading.span(max(thin[0], heavy[0], key=lambda hit: hit.first)),
            removable=True,
        )


def _eye_colours(look: Look) -> Iterator[Finding]:
    reading = look.reading
    shades: dict[str, Hit] = {}
    for hit in reading.of("eyes"):
        if reading.word(hit.last) not in {"eyes", "eyed"}:
            continue
        for tint in look.bonds.tints_of(hit):
            if family(tint) and tint.last + 2 >= hit.first:
                shades.setdefault(family(tint), hit)
    mixed = form("mixed_eyes").search(reading.plain)
    if len(shades) > 1 and not mixed and len({hit.first for hit in shades.values()}) > 1:
        yield Finding("contradiction", *reading.span(list(shades.values())[-1]), removable=True)


def _garments(look: Look) -> Iterator[Finding]:
    """The same garment named twice in two basic colours."""
    reading = look.reading
    if form("layers").search(reading.plain):
        return
    seen: dict[str, tuple[Hit, set[str]]] = {}
    for garment in reading.of("garment"):
        if not garment.categories & {"garment"} or garment.categories & {"skin", "coat", "form"} - {
            "coat"
        }:
            continue
        shades = {family(tint) for tint in look.bonds.tints_of(garment)} - {""}
        before = seen.get(garment.phrase)
        if before and shades and before[1] and not shades & before[1]:
            yield Finding("contradiction", *phrase_span(look, garment), removable=True)
            return
        if shades:
            seen[garment.phrase] = (garment, shades)


def _coats(look: Look) -> Iterator[Finding]:
    """An animal of one colour whose whole fur is another."""
    if look.kind is not CharacterKind.ANIMAL:
        return
    reading = look.reading
    body: dict[str, Hit] = {}
    for hit in reading.of("species", "coat"):
        if (
            hit.words[-1] not in {"fur", "coat", "pelt", "plumage", "feather"}
            and "species" not in hit.categories
        ):
            continue
        for tint in look.bonds.tints_of(hit):
            if family(tint) and tint.last < hit.first:
                body.setdefault(family(tint), hit)
    whole = form("one_coloured").search(reading.plain)
    marked = form("covered_in_marks").search(reading.plain)
    if whole and marked and whole["colour"].lower() != marked["colour"].lower():
        yield Finding("contradiction", *marked.span(), removable=True)
    elif len(body) > 1 and not form("parts_of_a_coat").search(reading.plain):
        yield Finding("contradiction", *reading.span(list(body.values())[-1]), removable=True)


def _sizes(look: Look) -> Iterator[Finding]:
    """A beast, a machine or a thing that is both tiny and huge."""
    if look.kind in {CharacterKind.HUMAN, CharacterKind.MASKED}:
        return
    small, big = (
        [
            hit
            for hit in look.reading.of("size", "build", "creature")
            if hit.phrase in word_set("sets", name) and _whole_body(look.reading, hit)
        ]
        for name in ("small_sizes", "big_sizes")
    )
    if small and big:
        later = max(small[0], big[0], key=lambda hit: hit.first)
        yield Finding("contradiction", *look.reading.span(later), removable=True)


def _whole_body(reading: Reading, size: Hit) -> bool:
    """True when the noun that follows in the clause is the being itself."""
    for at in range(size.last + 1, min(len(reading.tokens), size.last + 5)):
        hit = reading.hit_at.get(at)
        if hit and reading.tokens[at].clause == reading.tokens[size.last].clause:
            if hit.categories & {"species", "robot", "creature", "object"}:
                return True
            if hit.categories & {"animal_mark", "robot_mark", "eyes", "accessory", "garment"}:
                return False
    return False
