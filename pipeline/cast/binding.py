"""Which colour or material belongs to which noun: "brown leather jacket", "her eyes are green"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.cast.lexicon import word_set
from pipeline.cast.reading import Hit, Reading

TINTS = frozenset({"colour", "pattern", "material", "hair_colour_only", "surface"})
NOUNS = frozenset(
    {
        "garment",
        "footwear",
        "hair",
        "hair_style",
        "eyes",
        "skin",
        "accessory",
        "covering",
        "beard",
        "coat",
        "species",
        "robot",
        "creature",
        "object",
        "human",
        "role",
        "animal_mark",
        "robot_mark",
        "face",
        "marker",
        "clothing_vague",
        "minor_word",
        "form",
        "build_noun",
    }
)
HEADS = NOUNS - {"clothing_vague"}
WEAR = frozenset({"animal_mark", "robot_mark", "surface", "form", "marker", "material"})
SHARED = frozenset({"hair", "hair_style", "human", "role", "marker", "face", "form"})
FAMILIES = {
    "black": "black jet ebony raven onyx obsidian coal ink inky jet-black",
    "brown": "brown brunette chestnut chocolate mahogany walnut coffee mocha umber mousy tawny",
    "blond": "blond blonde flaxen platinum straw honey golden peroxide wheat",
    "red": "red auburn ginger crimson scarlet redhead ruby cherry burgundy russet",
    "grey": "grey gray silver silvery white greying graying grizzled snowy ashen salt",
    "blue": "blue navy cobalt azure teal turquoise indigo sapphire",
    "green": "green emerald olive jade mint lime sage",
    "pink": "pink rose fuchsia magenta coral",
    "purple": "purple violet lavender lilac plum",
    "orange": "orange tangerine",
    "yellow": "yellow lemon mustard",
}
FAMILY = {word: family for family, words in FAMILIES.items() for word in words.split()}


@dataclass(frozen=True)
class Bond:
    """A colour or material and the noun it describes; ``noun`` is None when the noun is unknown."""

    tint: Hit
    noun: Hit | None


class Bonds:
    """All bonds of a reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @cached_property
    def all(self) -> tuple[Bond, ...]:
        return tuple(
            Bond(hit, self._noun_of(hit))
            for hit in self.reading.of(*TINTS)
            if not self._compared(hit)
        )

    def _compared(self, tint: Hit) -> bool:
        """As in "a bun no bigger than a walnut": a size, not a colour."""
        article = self.reading.word(tint.first - 1) in {"a", "an"}
        return article and self.reading.word(tint.first - 2) == "than"

    def tints_of(self, noun: Hit) -> tuple[Hit, ...]:
        return tuple(bond.tint for bond in self.all if bond.noun is noun)

    def free(self, tint: Hit) -> bool:
        """True when a colour stands without a noun ahead: after a comma, or as a predicate."""
        if self._ahead(tint) is not None:
            return False
        tokens = self.reading.tokens
        clause = tokens[tint.first].clause
        owners = (
            hit
            for hit in self.reading.hits
            if tokens[hit.first].clause == clause
            and hit.categories & HEADS - SHARED
            and self._is_head(hit)
        )
        return not any(hit.first != tint.first and not hit.categories & TINTS for hit in owners)

    def tinted(self, *categories: str) -> bool:
        """True when a noun of one of the categories has a colour, a pattern or a material."""
        wanted = frozenset(categories)
        return any(bond.noun is not None and bond.noun.categories & wanted for bond in self.all)

    def _noun_of(self, tint: Hit) -> Hit | None:
        return self._ahead(tint) or (None if self._of_cloth(tint) else self._behind(tint))

    def _of_cloth(self, tint: Hit) -> bool:
        """As in "tied with red yarn": the colour is the yarn's, not the braid's."""
        following = self.reading.hit_at.get(tint.last + 1)
        return (
            following is not None
            and "material" in following.categories
            and not following.categories & {"colour", "surface"}
            and "colour" in tint.categories
        )

    def _ahead(self, tint: Hit) -> Hit | None:
        """The last of the nouns that directly follow, past adjectives, never past a small word."""
        found: Hit | None = None
        tokens = self.reading.tokens
        predicate = self._follows_noun(tint)
        for at in range(tint.last + 1, min(len(tokens), tint.last + 8)):
            if self._ends(at, tint, predicate):
                break
            if tokens[at].word == "and" and (found or not self._tint_follows(at)):
                break
            hit = self.reading.hit_at.get(at)
            head = hit is not None and hit is not tint and self._is_head(hit)
            if found and (not head or tokens[at].clause != tokens[found.last].clause):
                break
            if head:
                found = hit
        return found

    def _is_head(self, hit: Hit) -> bool:
        """False for a noun that only names a colour: "peacock teal", "pigeon-breast lilac"."""
        following = self.reading.hit_at.get(hit.last + 1)
        names_colour = (
            following is not None
            and "colour" in following.categories
            and (
                not following.categories & HEADS
                and self.reading.tokens[following.first].clause
                == self.reading.tokens[hit.last].clause
            )
        )
        return bool(hit.categories & HEADS) and not names_colour and not _of_wear(hit)

    def _ends(self, at: int, tint: Hit, predicate: bool) -> bool:
        """True where nothing further can be what ``tint`` describes."""
        token, last = self.reading.tokens[at], self.reading.tokens[tint.last]
        if token.sentence != last.sentence or token.word in word_set("sets", "stops"):
            return True
        return predicate and token.clause != last.clause

    def _follows_noun(self, tint: Hit) -> bool:
        """As in "hair dyed black, ...": a colour behind its noun does not reach past the comma."""
        tokens = self.reading.tokens
        for at in range(tint.first - 1, -1, -1):
            if tokens[at].clause != tokens[tint.first].clause:
                return False
            hit = self.reading.hit_at.get(at)
            if hit is not None and hit.categories & HEADS and not hit.categories & TINTS:
                return True
        return False

    def _tint_follows(self, at: int) -> bool:
        following = [self.reading.hit_at.get(at + step) for step in (1, 2)]
        return any(hit is not None and bool(hit.categories & TINTS) for hit in following)

    def _behind(self, tint: Hit) -> Hit | None:
        """The nearest noun before, as in "hair dyed red" and "coat in navy"."""
        tokens = self.reading.tokens
        for at in range(tint.first - 1, max(-1, tint.first - 8), -1):
            if tokens[at].sentence != tokens[tint.first].sentence:
                return None
            hit = self.reading.hit_at.get(at)
            if hit and self._is_head(hit) and not hit.categories <= TINTS:
                return hit
        return None


def _of_wear(hit: Hit) -> bool:
    """As in "a lace gown torn at the hem": what has happened to a thing is no thing."""
    return hit.words[-1] in {"torn", "missing"} or (
        hit.words[-1].endswith("ed") and hit.categories <= WEAR
    )


def family(hit: Hit) -> str:
    """The basic colour of a colour phrase, empty when it is none of the basic ones."""
    for word in reversed(hit.words):
        if word in FAMILY:
            return FAMILY[word]
    return ""
