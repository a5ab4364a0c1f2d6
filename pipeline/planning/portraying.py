"""The words for a look, by kind: what a description leaves open, slot by slot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.knowledge.looks import Covering, Person, completions
from pipeline.model import Character, CharacterKind
from pipeline.planning.dice import Dice
from pipeline.planning.reading import first_place, words

THIN_WORDS = 6
TRAITS = 3
TRAIT_ORDER = ("skin", "face", "eyes", "marker", "build")
LISTED = ("skin", "face", "eyes", "hair", "marker")
BEING_ORDER = ("size", "form", "material", "colour", "coat", "eyes", "marker")


@dataclass(frozen=True)
class Sketch:
    """Somebody as described so far.

    ``open`` are the slots that the words leave open; ``hair_said`` is hair without its colour;
    ``garment`` the first garment that the words name; ``count`` the number of a group's members.
    """

    one: Character
    open: frozenset[str]
    hair_said: bool = False
    garment: str = ""
    count: int | None = None

    @property
    def text(self) -> str:
        return f"{self.one.name} {self.one.description}"

    def names(self, vocabulary: Iterable[str]) -> bool:
        """Whether the words use any of a vocabulary."""
        return first_place(self.text, tuple(vocabulary)) is not None


def being(sketch: Sketch, taken: str, dice: Dice) -> tuple[str, ...]:
    """Phrases for an animal, a machine, a creature or a thing.

    Args:
        sketch: Who is to be completed.
        taken: Looks of others, not to be given twice.
        dice: Chance.
    """
    known = completions()
    table = {
        CharacterKind.ANIMAL: known.animals,
        CharacterKind.ROBOT: known.robots,
        CharacterKind.CREATURE: known.creatures,
        CharacterKind.OBJECT: known.objects,
    }[sketch.one.kind]
    noun = noun_in(sketch, table)
    rows = table[noun or "any"]
    fresh = [row for row in rows if row["marker"] not in taken] or rows
    look = dice.one_of(fresh, "look", sketch.one.id)
    named = () if not noun or sketch.names((noun,)) else (f"a {noun}",)
    return (*named, *(look[slot] for slot in BEING_ORDER if slot in look and slot in sketch.open))


def noun_in(sketch: Sketch, table: Mapping[str, object]) -> str:
    """The noun of a table, or one of those that share its look, that the words name first."""
    alike = completions().same_as
    places = {
        noun: first_place(sketch.text, (noun, *alike.get(noun, ())))
        for noun in table
        if noun != "any"
    }
    found = [(place, noun) for noun, place in places.items() if place is not None]
    return min(found)[1] if found else ""


def person(sketch: Sketch, taken: str, dice: Dice) -> tuple[str, ...]:
    """Phrases for a human or masked figure; see :func:`being` for the arguments."""
    row = _row(sketch, taken, dice)
    age = row.age if "age" in sketch.open else ""
    if age and sketch.names(completions().ages["young"]):
        age = f"in {row.their} early twenties"
    build = row.build if "build" in _wanted(sketch) else ""
    pieces = [f"{_sex(sketch, row)} {age}".strip(), build, _traits(sketch, row)]
    pieces += [*_hair_colour(sketch, row), *_covering(sketch, row), *_clothes(sketch, row, dice)]
    return tuple(piece for piece in pieces if piece)


def _row(sketch: Sketch, taken: str, dice: Dice) -> Person:
    """A person who fits the words: sex, age, and nobody else's face."""
    stage, their = stage_of(sketch), _their(sketch.text)
    fitting = [
        row
        for row in completions().person
        if row.stage == stage and (not their or row.their == their)
    ]
    fresh = [row for row in fitting if row.marker not in taken and row.skin not in taken]
    return dice.one_of(fresh or fitting, "person", sketch.one.id)


def stage_of(sketch: Sketch) -> str:
    """Old, child or adult, as the words say; adult where they say nothing."""
    ages = completions().ages
    return next((stage for stage in ("child", "old") if sketch.names(ages[stage])), "adult")


def _their(text: str) -> str:
    """Her or his as the words themselves say; empty where they leave it open."""
    spoken = {"her": ("she", "her", "hers"), "his": ("he", "his", "him")}
    places = {
        their: first_place(text, (*nouns, *spoken[their]))
        for their, nouns in completions().genders.items()
    }
    found = [(place, their) for their, place in places.items() if place is not None]
    return min(found)[1] if found else ""


def _sex(sketch: Sketch, row: Person) -> str:
    """A woman or a man where English words do not say it: a clip's model would choose anew."""
    english = [noun for nouns in completions().genders.values() for noun in nouns if noun.isascii()]
    own = {word.casefold() for word in words(sketch.text)}
    if own & {*english, "she", "he", "her", "his"} or row.stage == "child":
        return ""
    return "a woman" if row.their == "her" else "a man"


def _wanted(sketch: Sketch) -> tuple[str, ...]:
    """Traits to add: all to a few words, else as many as make three."""
    free = [slot for slot in TRAIT_ORDER if slot in sketch.open]
    if sketch.one.kind == CharacterKind.MASKED:
        free = [slot for slot in free if slot not in {"face", "eyes", "skin"}]
    if len(sketch.one.description.split()) <= THIN_WORDS:
        return tuple(free)
    return tuple(free[: max(0, TRAITS - (len(TRAIT_ORDER) - len(free)))])


def _traits(sketch: Sketch, row: Person) -> str:
    """Skin, face, eyes, hair and mark as one list."""
    wanted = set(_wanted(sketch))
    hidden = "hair hidden" in _wardrobe(sketch)
    if "hair" in sketch.open and not sketch.hair_said and not hidden:
        wanted.add("hair")
    traits = [str(getattr(row, slot)) for slot in LISTED if slot in wanted]
    if len(traits) > 1:
        return f"with {', '.join(traits[:-1])} and {traits[-1]}"
    return f"with {traits[0]}" if traits else ""


def _hair_colour(sketch: Sketch, row: Person) -> tuple[str, ...]:
    return (f"the hair {row.tone}",) if "hair" in sketch.open and sketch.hair_said else ()


def _mask(sketch: Sketch) -> Covering:
    rows = completions().masked
    return next((row for row in rows if sketch.names(row.words)), rows[0])


def _covering(sketch: Sketch, row: Person) -> tuple[str, ...]:
    if "covering" not in sketch.open:
        return ()
    return (_mask(sketch).covering.replace("[their]", row.their),)


def _wardrobe(sketch: Sketch) -> str:
    """What such a person wears at work, or nothing."""
    table = completions().wardrobe
    return table.get(noun_in(sketch, table), "")


def _clothes(sketch: Sketch, row: Person, dice: Dice) -> tuple[str, ...]:
    if "clothing" not in sketch.open:
        return ()
    if sketch.garment:
        colour = dice.one_of(completions().colours, "colour", sketch.one.id)
        return (f"the {sketch.garment.lower()} {colour}",)
    masked = sketch.one.kind == CharacterKind.MASKED
    own: Sequence[str] = (_mask(sketch).clothing,) if masked else row.clothing
    return (f"wearing {_wardrobe(sketch) or dice.one_of(own, 'clothes', sketch.one.id)}",)
