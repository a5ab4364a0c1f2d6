"""Real people, protected characters and brands."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cast.findings import Finding
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading


def names(reading: Reading, own_name: str) -> Iterator[Finding]:
    """Real people, protected characters and brands, in the text or as the character's name."""
    for hit in reading.of("real", "real_alone", "protected", "brand"):
        yield from _named(reading, hit)
    for hit in Reading(own_name[:200]).of("real", "protected"):
        code = "real_person_likeness" if "real" in hit.categories else "protected_character"
        whole = len(hit.words) > 1 or len(own_name.split()) == 1
        if whole and not _cased_only(hit):
            yield Finding(code)


def _named(reading: Reading, hit: Hit) -> Iterator[Finding]:
    start, end = reading.span(hit)
    said = reading.text[start:end]
    if "real" in hit.categories:
        yield Finding("real_person_likeness", start, end, removable=True)
    elif "protected" in hit.categories:
        if said[:1].isupper() or not _cased_only(hit):
            yield Finding("protected_character", start, end, removable=True)
    elif "brand" in hit.categories:
        if said[:1].isupper() or hit.phrase not in word_set("sets", "cased_brands"):
            yield Finding("brand_names", start, end, removable=True)
    elif (
        said[:1].isupper() and form("likeness").search(reading.plain[max(0, start - 40) : start])
    ) or (
        form("likeness_tight").search(reading.plain[max(0, start - 30) : start]) and len(said) > 4
    ):
        yield Finding("real_person_likeness", start, end, removable=True)


def _cased_only(hit: Hit) -> bool:
    return hit.phrase in word_set("names", "protected_cased")
