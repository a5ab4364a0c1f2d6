"""What a description says about clothes: which are worn, and whether a colour goes with them."""

from __future__ import annotations

from pipeline.cast.binding import TINTS, Bonds
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading

CLOTHS = frozenset({"leather", "denim", "tweed", "jean", "hawaiian"})
NOT_CLOTHES = frozenset(
    {"hair", "eyes", "accessory", "hair_style", "marker", "skin", "beard", "face", "build_noun"}
)


def clothing_said(reading: Reading, bonds: Bonds) -> bool:
    """A garment with a colour, a pattern or a cloth, or words that can only be one."""
    if form("dressed_in").search(reading.plain) or form("set_length").search(reading.plain):
        return True
    if reading.has("garment") and (
        bonds.tinted("garment", "footwear", "clothing_vague")
        or _fixed_look(reading)
        or _unknown_tint(reading)
        or _tint_beside(reading, bonds)
        or any(bonds.free(tint) for tint in reading.of("colour") if _stands_alone(bonds, tint))
    ):
        return True
    return (
        bool(unknown_things(reading, bonds))
        or _worn_unknown(reading, bonds)
        or _cloth_alone(reading)
    )


def _cloth_alone(reading: Reading) -> bool:
    """As in "tea-length ivory lace,": a coloured cloth that ends its clause is worn."""
    tokens = reading.tokens
    return any(
        (before := reading.hit_at.get(cloth.first - 1)) is not None
        and "colour" in before.categories
        and "colour" not in cloth.categories
        and (
            cloth.last + 1 == len(tokens)
            or tokens[cloth.last + 1].clause != tokens[cloth.last].clause
            or tokens[cloth.last + 1].word in {"with", "under", "over", "that", "from", "to"}
        )
        for cloth in reading.of("material")
    )


def _stands_alone(bonds: Bonds, tint: Hit) -> bool:
    """True for a colour that nothing of the body can claim: it may be that of the clothes."""
    owner = next((bond.noun for bond in bonds.all if bond.tint is tint), None)
    return owner is None or not owner.categories & (NOT_CLOTHES | {"human", "role"})


def _fixed_look(reading: Reading) -> bool:
    """A tuxedo or a "leather jacket" has one look without a colour."""
    return any(
        hit.phrase in word_set("sets", "fixed_looks")
        or (len(hit.words) > 1 and hit.words[0] in CLOTHS)
        for hit in reading.of("garment")
    )


def _unknown_tint(reading: Reading) -> bool:
    """A word nobody knows right before a garment may well be its colour or cloth.

    So may a trade or a troop be: "army jacket", "sailor suit".
    """
    trades = {"role", "group_noun", "species", "object"}
    if any(
        (before := reading.hit_at.get(hit.first - 1)) is not None
        and bool(before.categories & trades)
        and reading.tokens[hit.first - 1].clause == reading.tokens[hit.first].clause
        for hit in reading.of("garment")
    ):
        return True
    return any(
        reading.unknown(hit.first - 1)
        and reading.tokens[hit.first - 1].clause == reading.tokens[hit.first].clause
        for hit in reading.of("garment")
    )


def _tint_beside(reading: Reading, bonds: Bonds) -> bool:
    """A colour or a cloth in the clause of a garment that nothing of the body there can claim."""
    clauses = {reading.tokens[hit.first].clause for hit in reading.of("garment")}
    return any(
        reading.tokens[tint.first].clause in clauses
        and (_stands_alone(bonds, tint) or _shared(reading, bonds, tint))
        for tint in reading.of("colour", "pattern", "material")
        if "garment" not in tint.categories
    )


def _shared(reading: Reading, bonds: Bonds, tint: Hit) -> bool:
    """As in "white tie and tails": one colour for both."""
    owner = next((bond.noun for bond in bonds.all if bond.tint is tint), None)
    joined = reading.hit_at.get(owner.last + 2) if owner else None
    return (
        owner is not None
        and joined is not None
        and "accessory" in owner.categories
        and reading.word(owner.last + 1) == "and"
        and "garment" in joined.categories
    )


def unknown_things(reading: Reading, bonds: Bonds) -> tuple[int, ...]:
    """Tokens of unknown nouns that have a colour, as in "a saffron angarkha".

    Where a person is described, such a thing is worn; only what is known to be a part of the body
    or an accessory is not taken for a garment.
    """
    found = []
    for bond in bonds.all:
        at = bond.tint.last + 1
        if bond.tint.categories & {"colour", "pattern", "material"} and _names(
            reading, at, bond.tint
        ):
            found.append(at)
    return tuple(dict.fromkeys(found))


def _names(reading: Reading, at: int, tint: Hit) -> bool:
    """True when an unknown noun stands right behind the colour and no known one follows it."""
    if reading.word(at) in word_set("sets", "body_parts"):
        return False
    if not reading.unknown(at) or reading.tokens[at].clause != reading.tokens[tint.last].clause:
        return False
    following = reading.hit_at.get(at + 1)
    joined = following is not None and (
        reading.tokens[following.first].clause == reading.tokens[at].clause
    )
    return not (joined and following is not None and following.categories & NOT_CLOTHES)


def _worn_unknown(reading: Reading, bonds: Bonds) -> bool:
    """As in "wearing a long angarkha of saffron": a colour after "wearing" with no known owner."""
    taken = {
        bond.tint.first
        for bond in bonds.all
        if bond.noun is not None
        and bond.noun.first > bond.tint.first
        and bond.noun.categories & NOT_CLOTHES
    }
    tints = {hit.first for hit in reading.of(*(TINTS - {"hair_colour_only", "surface"}))} - taken
    return any(
        at in tints and reading.tokens[at].sentence == reading.tokens[hit.last].sentence
        for hit in reading.of("wearing")
        if reading.word(hit.last + 1) not in {"no", "nothing"}
        for at in range(hit.last + 1, min(len(reading.tokens), hit.last + 9))
    )
