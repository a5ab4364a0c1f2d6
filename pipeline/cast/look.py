"""What a description says about looks: which slots of its kind are filled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pipeline.cast.ages import Age, ages_in, loose_age
from pipeline.cast.binding import TINTS, Bonds
from pipeline.cast.groups import counted, distinguished
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.reading import Hit, Reading
from pipeline.cast.slots import MUST, SHOULD, Filled
from pipeline.cast.tresses import Tresses
from pipeline.cast.worn import clothing_said, unknown_things
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
        named |= set(self._parts())
        return len({self.reading.clause_at(start) for start in named})

    def _parts(self) -> Iterator[int]:
        """Parts of the body with a word of their own: "knotted hands", not "boots to the knee"."""
        plain_before, parts = word_set("sets", "before_a_part"), word_set("sets", "body_parts")
        for at, token in enumerate(self.reading.tokens):
            part = at > 0 and token.word in parts
            if part and self.reading.word(at - 1) not in plain_before:
                yield token.start

    @property
    def unknown_words(self) -> int:
        """How many words nobody knows: any of them may name a trait."""
        return sum(self.reading.unknown(at) for at in range(len(self.reading.tokens)))

    @property
    def bodily(self) -> bool:
        """Something of the body itself is said, not only what is worn and carried."""
        return any(
            (self.has_build, self.has_skin, self.has_face, self.has_eyes, self.has_marker)
        ) or (
            bool(form("on_the_body").search(self.reading.plain)) or any(True for _ in self._parts())
        )

    # Every has_ property answers one slot of the table above.

    @property
    def has_age(self) -> bool:
        return bool(self.ages) or self.reading.has("minor_word") or loose_age(self.reading)

    @cached_property
    def tresses(self) -> Tresses:
        return Tresses(self.reading, self.bonds)

    @cached_property
    def hair_said(self) -> bool:
        """Anything about head hair, with or without its colour."""
        return self.tresses.said()

    @cached_property
    def has_hair(self) -> bool:
        return self.tresses.coloured() or (
            not self.tresses.said() and self._unexplained > (0 if self._dressed else 1)
        )

    @cached_property
    def _unexplained(self) -> int:
        """Coloured things nobody knows: beyond the garment, one may be a head covering."""
        return sum(self.reading.opens_clause(at) for at in unknown_things(self.reading, self.bonds))

    @cached_property
    def _dressed(self) -> bool:
        return self.reading.has("garment") and self.bonds.tinted("garment")

    @cached_property
    def has_clothing(self) -> bool:
        return clothing_said(self.reading, self.bonds)

    @property
    def has_covering(self) -> bool:
        reading = self.reading
        if any("covering" in bond.noun.categories for bond in self.bonds.all if bond.noun):
            return True
        tokens = reading.tokens
        tinted = {tokens[hit.first].sentence for hit in reading.of(*TINTS)}
        covers = {tokens[hit.first].sentence for hit in reading.of("covering")}
        return bool((covers or tinted) & tinted)

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
        if "hair_shape" in hit.categories and any(
            tokens[other.first].clause == clause - 1 for other in self.reading.of("hair")
        ):
            return False
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
        if any(self._is_skin(hit) for hit in self.reading.of("skin")) or form(
            "skin_of_parts"
        ).search(self.reading.plain):
            return True
        return any(
            bond.noun is not None
            and bond.noun.categories & {"human", "role"}
            and bond.tint.phrase in {"black", "white", "brown", "pale"}
            and bond.noun.first == bond.tint.last + 1
            for bond in self.bonds.all
        )

    def _is_skin(self, hit: Hit) -> bool:
        """As in "tan", which on a briefcase is the colour of leather."""
        things = {"garment", "accessory", "footwear", "hair", "hair_style"}
        return "colour" not in hit.categories or not any(
            bond.tint is hit and bond.noun is not None and bond.noun.categories & things
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
        """A known animal, or in the opening words a noun that may be one."""
        opening = (hit for hit in self.reading.hits if self.reading.tokens[hit.first].clause == 0)
        return (
            self.reading.has("species")
            or self.unknown_words > 0
            or any(hit.categories & {"role", "garment", "footwear", "human"} for hit in opening)
        )

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
        if self.kind is CharacterKind.OBJECT and self._traits() >= 2:
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
