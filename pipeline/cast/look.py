"""What a description says about looks: which slots of its kind are filled."""

from __future__ import annotations

from functools import cached_property

from pipeline.cast.ages import Age, ages_in
from pipeline.cast.binding import Bonds
from pipeline.cast.groups import counted, distinguished
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading
from pipeline.cast.slots import MUST, SHOULD, Filled
from pipeline.model import CharacterKind

NOUN_LIKE = frozenset(
    {
        "human",
        "role",
        "hair",
        "hair_style",
        "garment",
        "footwear",
        "accessory",
        "face",
        "eyes",
        "marker",
        "build_noun",
        "minor_word",
        "covering",
    }
)
HAIRY = frozenset({"hair", "hair_style", "human", "role", "marker", "face"})
CLOTHS = frozenset({"leather", "denim", "tweed", "jean", "hawaiian"})
NOT_CLOTHES = frozenset({"hair", "eyes", "accessory", "hair_style", "marker", "skin", "beard"})


class Look:
    """A reading with what it says about looks, computed on demand."""

    def __init__(self, reading: Reading, kind: CharacterKind) -> None:
        self.reading = reading
        self.kind = kind
        self.bonds = Bonds(reading)

    @cached_property
    def ages(self) -> tuple[Age, ...]:
        return ages_in(self.reading)

    @cached_property
    def filled(self) -> Filled:
        said = frozenset(
            slot for slot in (*MUST[self.kind], *SHOULD[self.kind]) if getattr(self, f"has_{slot}")
        )
        return Filled(self.kind, said, self._traits())

    def _traits(self) -> int:
        """Clauses that name a lasting mark, a face or a thing always worn."""
        marks: tuple[str, ...] = ("marker", "accessory", "eyes")
        if self.kind is CharacterKind.ANIMAL:
            marks = (*marks, "animal_mark")
        elif self.kind not in {CharacterKind.HUMAN, CharacterKind.MASKED}:
            marks = (*marks, "robot_mark", "animal_mark")
        named = {self.reading.span(hit)[0] for hit in self.reading.of(*marks)}
        named |= {found.start() for found in form("on_the_body").finditer(self.reading.plain)}
        return len({self.reading.clause_at(start) for start in named})

    # Every has_ property answers one slot of the table above.

    @property
    def has_age(self) -> bool:
        return bool(self.ages) or self.reading.has("minor_word")

    @cached_property
    def hair_said(self) -> bool:
        """Anything about head hair, with or without its colour."""
        return (
            self._hair_hidden
            or any(True for _ in self._hair_nouns)
            or bool(form("grey_haired").search(self.reading.plain))
        )

    @cached_property
    def has_hair(self) -> bool:
        """Colour, or why it is not seen. A style without a colour leaves the colour to chance."""
        if self._hair_hidden or form("grey_haired").search(self.reading.plain):
            return True
        return any(
            "beard" not in hit.categories and self._has_hair_colour(hit) for hit in self._hair_nouns
        )

    @cached_property
    def _hair_hidden(self) -> bool:
        reading = self.reading
        if reading.has("hairless") or form("hidden_hair").search(reading.plain):
            return True
        return any(
            reading.word(at) in word_set("sets", "covers_hair")
            for hit in reading.of("hair_cover")
            for at in range(hit.first, hit.last + 1)
        )

    @cached_property
    def _hair_nouns(self) -> tuple[Hit, ...]:
        """Hair and hairstyles; a style word must not be a garment or a cap in this place."""
        return tuple(
            hit
            for hit in self.reading.of("hair", "hair_style")
            if not hit.categories & {"garment", "accessory", "footwear"}
            and self.reading.word(hit.first - 1) not in {"facial", "chest", "arm", "nose", "body"}
            and not (
                hit.words[-1] in {"fade", "crop", "buzz", "bang", "coil", "twist", "shag"}
                and self.reading.word(hit.last + 1) in {"top", "jeans", "jacket", "denim"}
            )
        )

    def _has_hair_colour(self, hair: Hit) -> bool:
        wanted = {"colour", "hair_colour_only"}
        if any(tint.categories & wanted for tint in self.bonds.tints_of(hair)):
            return True
        return self._colour_beside(hair)

    def _colour_beside(self, hair: Hit) -> bool:
        """A colour in the hair's own clause when no other noun there could own it."""
        clause = self.reading.tokens[hair.first].clause
        inside = [
            hit for hit in self.reading.hits if self.reading.tokens[hit.first].clause == clause
        ]
        if any(hit.categories & (NOUN_LIKE - HAIRY) for hit in inside):
            return False
        if any(hit.categories & {"colour", "hair_colour_only"} for hit in inside):
            return True
        return self._labelled(hair)

    def _labelled(self, hair: Hit) -> bool:
        """As in "Hair: long, auburn": the value follows its label."""
        end = self.reading.span(hair)[1]
        if not self.reading.plain[end : end + 3].lstrip().startswith((":", "=")):
            return False
        tail = self.reading.hits[self.reading.hits.index(hair) + 1 :][:5]
        return any(hit.categories & {"colour", "hair_colour_only"} for hit in tail)

    @cached_property
    def has_clothing(self) -> bool:
        """A garment with a colour, pattern or material, or clothes named by their colour."""
        if form("dressed_in").search(self.reading.plain):
            return True
        if self.bonds.tinted("garment", "footwear"):
            return any(True for _ in self.reading.of("garment"))
        return self._unknown_garment or (self.reading.has("garment") and self._tuxedo)

    @property
    def _tuxedo(self) -> bool:
        fixed = {"tuxedo", "tux", "cassock", "scrubs", "lab coat", "wedding dress", "dungarees"}
        fixed |= {"chef's whites"}
        return any(
            hit.phrase in fixed or (len(hit.words) > 1 and hit.words[0] in CLOTHS)
            for hit in self.reading.of("garment")
        )

    @property
    def _unknown_garment(self) -> bool:
        """As in "wearing a saffron angarkha": a colour that is worn on a noun not known."""
        reading = self.reading
        tints = {hit.first for hit in reading.of("colour", "pattern", "material")}
        taken = {
            bond.tint.first
            for bond in self.bonds.all
            if bond.noun is not None
            and bond.noun.first > bond.tint.first
            and bond.noun.categories & (NOT_CLOTHES)
        }
        return any(
            at in tints - taken and reading.tokens[at].sentence == reading.tokens[hit.last].sentence
            for hit in reading.of("wearing")
            if self._worn(hit)
            for at in range(hit.last + 1, min(len(reading.tokens), hit.last + 7))
        )

    def _worn(self, hit: Hit) -> bool:
        return self.reading.word(hit.last + 1) not in {"no", "nothing"}

    @property
    def has_covering(self) -> bool:
        reading = self.reading
        if any("covering" in bond.noun.categories for bond in self.bonds.all if bond.noun):
            return True
        return reading.has("covering") and any(
            reading.near(hit, {"mirrored", "porcelain", "steel", "featureless", "blank"}, 6, 6)
            for hit in reading.of("covering")
        )

    @property
    def has_build(self) -> bool:
        """A build word that describes the person: hair and garments have lengths too."""
        if form("sized").search(self.reading.plain):
            return True
        return any(self._is_build(hit) for hit in self.reading.of("build"))

    def _is_build(self, hit: Hit) -> bool:
        shared = {"hair_shape", "size", "colour", "form", "shade", "surface", "vague"}
        if not hit.categories & shared and hit.phrase not in {"round", "angular", "broad", "big"}:
            return True
        return self._alone(hit) or self.describes(
            hit, {"human", "role", "build_noun", "minor_word"}
        )

    def _alone(self, hit: Hit) -> bool:
        """An item of a list that is nothing but build words: ", tall and slim,"."""
        tokens = self.reading.tokens
        clause = tokens[hit.first].clause
        inside = [at for at, token in enumerate(tokens) if token.clause == clause]
        covering = (self.reading.hit_at.get(at) for at in inside)
        known = [other for other in covering if other is not None]
        small = {"and", "very", "quite", "rather", "extremely", "a", "about", "but", "not", "too"}
        return all("build" in other.categories for other in known) and all(
            at in self.reading.hit_at or tokens[at].word in small for at in inside
        )

    def describes(self, hit: Hit, categories: set[str]) -> bool:
        """True when the next noun in the clause is of these categories, or there is none."""
        tokens = self.reading.tokens
        for at in range(hit.last + 1, min(len(tokens), hit.last + 6)):
            other = self.reading.hit_at.get(at)
            if tokens[at].clause != tokens[hit.last].clause or tokens[at].word in {"with", "in"}:
                break
            if other and other.categories & (categories | NOUN_LIKE):
                return bool(other.categories & categories)
        return self._after_person(hit)

    def _after_person(self, hit: Hit) -> bool:
        before = self.reading.hit_at.get(hit.first - 1) or self.reading.hit_at.get(hit.first - 2)
        alone = {"tall", "short", "slim", "thin", "lean", "petite", "tiny", "large", "slender"}
        if before and before.categories & (NOUN_LIKE - {"human", "role"}):
            return False
        return hit.phrase in alone

    @property
    def has_skin(self) -> bool:
        if self.reading.has("skin"):
            return True
        return any(
            bond.noun is not None
            and bond.noun.categories & {"human", "role"}
            and bond.tint.phrase in {"black", "white", "brown", "pale"}
            and bond.noun.first == bond.tint.last + 1
            for bond in self.bonds.all
        )

    @property
    def has_face(self) -> bool:
        return self.reading.has("face")

    @property
    def has_eyes(self) -> bool:
        return self.reading.has("eyes") or (
            self.kind is not CharacterKind.HUMAN
            and any(
                hit.words[-1]
                in {"lens", "visor", "light", "led", "screen", "bulb", "lamp", "sensor"}
                for hit in self.reading.of("robot_mark")
            )
        )

    @property
    def has_marker(self) -> bool:
        marks = {
            CharacterKind.ANIMAL: ("animal_mark", "marker"),
            CharacterKind.HUMAN: ("marker",),
            CharacterKind.MASKED: ("marker", "accessory", "robot_mark"),
        }
        return self.reading.has(
            *marks.get(self.kind, ("robot_mark", "animal_mark", "marker", "accessory"))
        )

    @property
    def has_accessory(self) -> bool:
        return self.reading.has("accessory")

    @property
    def has_species(self) -> bool:
        return self.reading.has("species")

    @property
    def has_coat(self) -> bool:
        return self.reading.has("colour") or any(
            "colour" in hit.categories or hit.phrase in word_set("sets", "coat_words")
            for hit in self.reading.of("coat")
        )

    @property
    def has_wear(self) -> bool:
        return self.reading.has("garment", "accessory") or self.reading.near_any(
            word_set("sets", "tack")
        )

    @property
    def has_size(self) -> bool:
        return self.reading.has("size") or bool(form("sized").search(self.reading.plain))

    @property
    def has_form(self) -> bool:
        return self.reading.has("form") or self.reading.has("object", "species")

    @property
    def has_material(self) -> bool:
        if form("made_of").search(self.reading.plain):
            return True
        return self.reading.has("material", "surface", "coat") or self.reading.near_any(
            word_set("sets", "woods")
        )

    @property
    def has_colour(self) -> bool:
        tinted = any(
            hit.phrase in word_set("sets", "metals")
            for hit in self.reading.of("material", "surface")
        )
        return tinted or self.reading.has("colour") or self.reading.has("pattern")

    @property
    def has_count(self) -> bool:
        return counted(self.reading) is not None

    @property
    def has_members(self) -> bool:
        return distinguished(self.reading)

    @property
    def has_costume(self) -> bool:
        return self.has_clothing

    @property
    def has_positions(self) -> bool:
        return self.reading.has("member_mark")
