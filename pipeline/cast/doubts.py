"""Doubts about age: a minor, or nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cast.ages import loose_age
from pipeline.cast.findings import Finding
from pipeline.cast.lexicon import word_set
from pipeline.cast.look import Look
from pipeline.cast.reading import Hit, Reading
from pipeline.model import CharacterKind

PEOPLE = (CharacterKind.HUMAN, CharacterKind.MASKED)


def age_doubts(look: Look, stopped: bool) -> Iterator[Finding]:
    reading = look.reading
    if look.kind not in (*PEOPLE, CharacterKind.GROUP):
        return
    minors = [hit for hit in reading.of("minor_word") if _is_minor(reading, hit)]
    young = [age for age in look.ages if age.high < 18]
    grown = [age for age in look.ages if age.low >= 18]
    if young:
        yield Finding("minor", young[0].start, young[0].end)
    elif minors and not grown:
        yield Finding("minor", *reading.span(minors[0]))
        if minors[0].words[0] == "young":
            yield Finding("ambiguous_age", *reading.span(minors[0]))
    elif not grown:
        yield from _no_age(look, stopped)


def _no_age(look: Look, stopped: bool) -> Iterator[Finding]:
    reading = look.reading
    if loose_age(reading):
        return
    straddling = [age for age in look.ages if age.low < 18]
    for hit in reading.of("young_word"):
        following = reading.hit_at.get(hit.last + 1)
        if hit.phrase in {"young", "younger"} and reading.word(hit.last + 1) == "and":
            continue
        if (
            hit.phrase in {"girl", "boy"}
            and following
            and following.categories & {"garment", "accessory"}
        ):
            continue
        yield Finding("ambiguous_age", *reading.span(hit))
        return
    if straddling:
        yield Finding("ambiguous_age", straddling[0].start, straddling[0].end)
    elif look.kind in PEOPLE and not look.ages and not stopped:
        person = next(reading.of("human", "role"), None)
        yield Finding("ambiguous_age", *(reading.span(person) if person else (0, 0)))


def _is_minor(reading: Reading, hit: Hit) -> bool:
    """As in "kid leather", "baby blue", "minor scar", "child-sized" are not children."""
    if reading.word(hit.last).endswith("'s"):
        return False
    after, before = reading.word(hit.last + 1), reading.word(hit.first - 1)
    if after in word_set("sets", "not_a_minor_after"):
        return False
    if hit.phrase in {"minor", "juvenile"} and before not in {"a", "the", "is", "still"}:
        return False
    return before not in word_set("sets", "not_a_minor_before") or hit.phrase not in {
        "child",
        "kid",
        "baby",
    }
