"""Bodies that no person has: of wood or iron, with tentacles or wheels."""

from __future__ import annotations

from pipeline.cast.ages import ages_in, loose_age
from pipeline.cast.lexicon import form, singular, word_set
from pipeline.cast.reading import Hit, Reading
from pipeline.model import CharacterKind

OTHERS = {
    "robot": CharacterKind.ROBOT,
    "creature": CharacterKind.CREATURE,
    "object": CharacterKind.OBJECT,
}
PERSONAL = ("hair_style", "hairless", "beard", "wearing")


def inhuman(reading: Reading) -> CharacterKind | None:
    """The kind of a body that cannot be a person's, None where it may well be one.

    An age, hair or clothes outweigh everything: a man may have a wooden leg.
    """
    if _personal(reading) or not _strange(reading):
        return None
    for hit in reading.of(*OTHERS):
        if not reading.glued(hit) and "human" not in hit.categories and not _article(reading, hit):
            return next(OTHERS[name] for name in OTHERS if name in hit.categories)
    machine = reading.near_any(word_set("sets", "machine_parts"))
    return CharacterKind.ROBOT if machine else CharacterKind.CREATURE


def _article(reading: Reading, hit: Hit) -> bool:
    """A thing the body carries or resembles, named after the opening: "straw caught in a drum"."""
    return hit.first > 12 and "creature" not in hit.categories


def _personal(reading: Reading) -> bool:
    haired = any(
        "hair" in hit.words and reading.word(hit.first - 1) not in {"of", "for", "no", "without"}
        for hit in reading.of("hair")
    )
    worn = [hit for hit in reading.of("garment") if not hit.categories & {"coat", "animal_mark"}]
    grown = ages_in(reading) or loose_age(reading)
    return bool(grown) or haired or len(worn) > 1 or reading.has(*PERSONAL)


def _strange(reading: Reading) -> bool:
    if form("body_of_stuff").search(reading.plain) and any(
        _of_stuff(reading, hit) for hit in reading.of("form", "material")
    ):
        return True
    if form("being_of_stuff").match(reading.plain) and reading.hits[1:]:
        first = next(reading.of("material"), None)
        if first is not None and first.first <= 6:
            return True
    words = {base for token in reading.tokens for base in singular(token.word)}
    return len(word_set("sets", "inhuman_parts") & words) >= 2 or _crossed(reading)


def _of_stuff(reading: Reading, hit: Hit) -> bool:
    """As in "legs of rusted iron", "wooden legs": the body itself is of this material."""
    clause = reading.tokens[hit.first].clause
    near = [reading.hit_at.get(at) for at in range(hit.first - 1, hit.last + 6)]
    return any(
        other is not None
        and reading.tokens[other.first].clause == clause
        and bool(other.categories & {"material", "surface"})
        for other in near
        if other is not hit
    )


def _crossed(reading: Reading) -> bool:
    """As in "jellyfish lady": a beast named right before a person."""
    return any(
        bool(one.categories & {"species", "object", "robot"})
        and bool(other.categories & {"human", "role"})
        and one.last + 1 == other.first
        and reading.tokens[one.last].clause == reading.tokens[other.first].clause
        for one, other in zip(reading.hits, reading.hits[1:], strict=False)
    )
