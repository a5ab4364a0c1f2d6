"""What a description says about head hair: its colour, or why it is not seen."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cast.binding import Bonds
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading

COLOURS = frozenset({"colour", "hair_colour_only"})
TINTS = COLOURS | {"material"}
HAIRY = frozenset({"hair", "hair_style", "human", "role", "marker", "face"})
OWNERS = frozenset(
    {"garment", "footwear", "accessory", "eyes", "covering", "build_noun", "skin", "minor_word"}
)
NO_HAIR = ("garment", "accessory", "marker", "skin", "eyes", "robot_mark")
WORN = frozenset({"garment", "accessory", "footwear"})


class Tresses:
    """Evidence about hair. An unknown word where its colour would stand is given the benefit."""

    def __init__(self, reading: Reading, bonds: Bonds) -> None:
        self.reading = reading
        self.bonds = bonds
        self.nouns = tuple(self._nouns())

    def hidden(self) -> bool:
        """Bald, or under something that leaves no hair to see."""
        reading = self.reading
        if reading.has("hairless") or form("hidden_hair").search(reading.plain):
            return True
        if self._capped() or self._on_the_head():
            return True
        covers = word_set("sets", "covers_hair")
        known = {
            reading.word(at)
            for hit in reading.of("hair_cover")
            for at in range(hit.first, hit.last + 1)
        }
        return bool(known & covers) or any(
            "hair_cover" in hit.categories and "accessory" not in hit.categories
            for hit in reading.hits
        )

    def _capped(self) -> bool:
        """A hat or a cap with a colour or a cloth of its own leaves the hair open."""
        caps = word_set("sets", "headgear")
        return any(
            (worn := self.reading.hit_at.get(at)) is not None
            and not self.reading.glued(worn)
            and bool(self.bonds.tints_of(worn))
            for at, token in enumerate(self.reading.tokens)
            if token.word in caps
        )

    def _on_the_head(self) -> bool:
        """As in "a tuft of ginger at each temple": a colour up there is that of hair."""
        tokens, places = self.reading.tokens, word_set("sets", "head_places")
        clauses = {token.clause for token in tokens if token.word in places}
        clauses -= {tokens[hit.first].clause for hit in self.reading.of(*NO_HAIR)}
        return any(tokens[tint.first].clause in clauses for tint in self.reading.of(*COLOURS))

    def said(self) -> bool:
        """Anything about head hair, with or without its colour."""
        return self.hidden() or bool(self.nouns) or self._named_by_colour()

    def coloured(self) -> bool:
        """Colour, or why it is not seen. A style without a colour leaves the colour to chance."""
        if self.hidden() or self._named_by_colour():
            return True
        return any(self._has_colour(hair) for hair in self.nouns if "beard" not in hair.categories)

    def _named_by_colour(self) -> bool:
        """As in "a redhead", "a bleached crop": colours that only hair has."""
        if form("grey_haired").search(self.reading.plain):
            return True
        return any(
            (bond.noun is None or bool(bond.noun.categories & {"human", "role"}))
            and bond.tint.phrase in word_set("sets", "hair_colours_alone")
            for bond in self.bonds.all
            if "hair_colour_only" in bond.tint.categories
        )

    def _nouns(self) -> Iterator[Hit]:
        """Hair and hairstyles; a style word must not be a garment or a cap in this place."""
        reading = self.reading
        for hit in reading.of("hair", "hair_style"):
            before, after = reading.word(hit.first - 1), reading.word(hit.last + 1)
            cut_of_cloth = hit.words[-1] in word_set("sets", "cuts_of_cloth")
            if hit.categories & WORN or before in word_set("sets", "body_hair"):
                continue
            if cut_of_cloth and after in word_set("sets", "cut_cloths"):
                continue
            yield hit

    def _has_colour(self, hair: Hit) -> bool:
        if any(tint.categories & TINTS for tint in self.bonds.tints_of(hair)):
            return True
        return (
            self._beside(hair)
            or self._labelled(hair)
            or self._predicated(hair)
            or self._unknown_beside(hair)
            or self._likened(hair)
        )

    def _beside(self, hair: Hit) -> bool:
        """A colour in the hair's own clause when no other noun there could own it."""
        clause = self.reading.tokens[hair.first].clause
        inside = [
            hit for hit in self.reading.hits if self.reading.tokens[hit.first].clause == clause
        ]
        if any(hit.categories & (OWNERS | {"face"}) - HAIRY for hit in inside):
            return False
        return any(hit.categories & COLOURS for hit in inside)

    def _labelled(self, hair: Hit) -> bool:
        """As in "Hair: long, auburn": the value follows its label."""
        end = self.reading.span(hair)[1]
        if not self.reading.plain[end : end + 3].lstrip().startswith((":", "=")):
            return False
        tail = self.reading.hits[self.reading.hits.index(hair) + 1 :][:5]
        return any(hit.categories & COLOURS for hit in tail)

    def _predicated(self, hair: Hit) -> bool:
        """A colour later in the sentence with no noun of its own, as in "..., black."."""
        tokens = self.reading.tokens
        if self._clause_of_colour(tokens[hair.first].clause + 1):
            return True
        return any(
            tint.first > hair.last
            and tokens[tint.first].sentence == tokens[hair.first].sentence
            and self.bonds.free(tint)
            for tint in self.reading.of(*COLOURS)
        )

    def _clause_of_colour(self, clause: int) -> bool:
        """As in "locs to mid-back, honey-tipped": right behind the hair, words of looks alone."""
        inside = [
            hit for hit in self.reading.hits if self.reading.tokens[hit.first].clause == clause
        ]
        adjectives = COLOURS | {"hair_shape", "shade", "pattern", "size", "build"}
        return any(hit.categories & COLOURS for hit in inside) and all(
            hit.categories & adjectives for hit in inside
        )

    def _unknown_beside(self, hair: Hit) -> bool:
        """A word nobody knows in the clause of the hair may well say its colour."""
        tokens = self.reading.tokens
        return any(
            self.reading.unknown(at) and tokens[at].clause == tokens[hair.first].clause
            for at in range(max(0, hair.first - 5), min(len(tokens), hair.last + 6))
        )

    def _likened(self, hair: Hit) -> bool:
        """As in "hair the colour of rust", "curls as dark as treacle"."""
        start, end = self.reading.span(hair)
        around = self.reading.plain[max(0, start - 40) : end + 60]
        return bool(form("colour_of").search(around))
