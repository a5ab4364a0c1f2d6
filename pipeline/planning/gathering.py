"""The words that tell the members of a group apart, one trait each."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.knowledge.looks import completions
from pipeline.planning.dice import Dice
from pipeline.planning.portraying import Sketch

PAIRED = ("couple", "lovers", "paar", "pareja", "恋人たち")
WOMEN = ("women", "girls", "sisters", "brides", "nuns", "frauen", "mujeres", "femmes", "chicas")
MEN = ("men", "boys", "brothers", "cowboys", "männer", "hombres", "hommes", "chicos")
FAMILY = ("family", "familie", "familia", "famille")
TWINS = ("twins", "zwillinge", "gemelos", "jumeaux")
CHILDREN = ("children", "kids", "kinder", "niños", "enfants")
MACHINES = ("robots", "androids", "machines", "droids")
BEASTS = ("dogs", "cats", "horses", "wolves", "birds", "foxes", "crows", "owls")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")


def group(sketch: Sketch, dice: Dice) -> str:
    """The number where it is open, what all share, then a trait for each; begins with a mark.

    Args:
        sketch: The group as described so far.
        dice: Chance.
    """
    paired = sketch.names(PAIRED)
    known = 2 if paired else sketch.count
    number = min(known or completions().groups.count, len(NUMBERS))
    lead = "" if known else f", exactly {NUMBERS[number - 1]} of them"
    traits = _members(sketch, number, dice)
    return f"{lead}{_shared(sketch)}: " + ", ".join(f"one {trait}" for trait in traits)


def _members(sketch: Sketch, number: int, dice: Dice) -> Sequence[str]:
    crowds = completions().groups
    if sketch.names(MACHINES):
        return crowds.machines[:number]
    if sketch.names(BEASTS):
        return _turned(crowds.animals, dice)[:number]
    people = [""] * number if sketch.names(TWINS) else _people(sketch, dice)[:number]
    if sketch.garment and all(people):
        return people
    garment = dice.one_of(crowds.garments, "garment", sketch.one.id)
    colours = _turned(crowds.colours, dice)
    return [
        f"{who}, in a {colour} {garment}" if who else f"in a {colour} {garment}"
        for who, colour in zip(people, colours, strict=False)
    ]


def _people(sketch: Sketch, dice: Dice) -> Sequence[str]:
    """Women, men, children, or women and men by turns."""
    crowds = completions().groups
    women, men = _turned(crowds.women, dice), _turned(crowds.men, dice)
    if sketch.names(FAMILY):
        return crowds.family
    if sketch.names(CHILDREN):
        return _turned(crowds.children, dice)
    if sketch.names(WOMEN):
        return women
    if sketch.names(MEN):
        return men
    pairs = zip(women, men, strict=True)
    return [one for her, his in pairs for one in (f"woman {her}", f"man {his}")]


def _shared(sketch: Sketch) -> str:
    crowds = completions().groups
    if sketch.names(MACHINES):
        return f", {crowds.form}"
    if sketch.names(TWINS):
        return f", {crowds.twins}"
    return "" if sketch.names((*BEASTS, *CHILDREN, *FAMILY)) else f", {crowds.age}"


def _turned(items: Sequence[str], dice: Dice) -> Sequence[str]:
    """The items from another beginning, so that not every group looks the same."""
    start = int(dice.roll("group", len(items)) * len(items))
    return [*items[start:], *items[:start]]
