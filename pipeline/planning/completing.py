"""Completing a character whom a brief only names: its words first, then what they leave open.

A video model draws every clip alone, so whatever is unsaid comes out differently each time. The
brief's words are never changed; what is put after them comes from the knowledge and is kept in
``proposed``, so that a person sees which words are not theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.cast import verdict_of
from pipeline.cast.binding import FAMILY
from pipeline.cast.groups import counted
from pipeline.cast.language import tongue
from pipeline.cast.look import Look
from pipeline.cast.reading import Reading
from pipeline.cast.slots import SHOULD
from pipeline.model import Character, CharacterKind
from pipeline.planning.acting import within
from pipeline.planning.casting import cast_from_brief
from pipeline.planning.dice import Dice
from pipeline.planning.gathering import group
from pipeline.planning.portraying import Sketch, being, person

FOREIGN_LETTERS = 60
OWN_WORDS = "The characters are described in the brief's own words."
FAULTS_OF_ONES_OWN = {
    "unsafe_content",
    "prompt_injection",
    "url_or_template",
    "model_syntax_noise",
    "real_person_likeness",
    "protected_character",
}


def cast_of(brief: str) -> tuple[Character, ...]:
    """Whom a brief names, completed, in order; nobody gets the look of another.

    The same brief always gets the same cast: planning anew must not change a face.
    """
    dice = Dice(brief)
    found: list[Character] = []
    for one in cast_from_brief(brief):
        found.append(completed(one, " ".join(other.description for other in found), dice))
    return tuple(found)


def said_of(cast: Sequence[Character]) -> tuple[str, ...]:
    """For people: whose words the descriptions are."""
    own = () if any(one.proposed for one in cast) else (OWN_WORDS,)
    return own + tuple(
        f"What the brief leaves open about {within(one.name)} is the planner's proposal: "
        f"“{one.proposed.strip(' ,:.')}”. Change it on the Cast page."
        for one in cast
        if one.proposed
    )


def completed(one: Character, taken: str, dice: Dice) -> Character:
    """The character with what its words leave open put after them, marked as proposed.

    Words that must not stay as they are (orders to a machine, a link, somebody famous) are left
    alone for the person to settle.

    Args:
        one: Somebody in the brief's own words.
        taken: The looks that others have.
        dice: Chance.
    """
    sketch = _sketch(one)
    if not sketch.open or FAULTS_OF_ONES_OWN & set(verdict_of(one).codes):
        return one
    added = _added(sketch, taken, dice)
    own = one.description.rstrip(" .,;:—–-")
    return one.model_copy(update={"description": f"{own}{added}.", "proposed": f"{added}."})


def _added(sketch: Sketch, taken: str, dice: Dice) -> str:
    """What to put after the words, from the joining mark on, without a full stop."""
    if sketch.one.kind == CharacterKind.GROUP:
        return group(sketch, dice)
    human = sketch.one.kind in {CharacterKind.HUMAN, CharacterKind.MASKED}
    phrases = ", ".join((person if human else being)(sketch, taken, dice))
    if ". " in sketch.one.description:
        return f". {phrases[:1].upper()}{phrases[1:]}"
    return f", {phrases}"


def own_words(one: Character) -> str:
    """The description without what a planner put after it."""
    return one.description.removesuffix(one.proposed) if one.proposed else one.description


def _sketch(one: Character) -> Sketch:
    """What the words say and leave open; long texts of other languages cannot be judged."""
    reading = Reading(one.description)
    look = Look(reading, one.kind)
    slots = frozenset({*look.filled.lacking, *SHOULD[one.kind]} - look.filled.said)
    if tongue(reading) == "other":
        settled = len(one.description) > FOREIGN_LETTERS
    else:
        settled = verdict_of(one, text_to_video_only=True).verdict != "error"
        settled = settled and (look.filled.complete or one.kind == CharacterKind.GROUP)
    if any(token.word in FAMILY for token in reading.tokens):
        # "A black cat" is a kind of cat to the validator, yet its coat is said.
        slots -= {"coat", "colour"}
    garments = [reading.text[slice(*reading.span(hit))] for hit in reading.of("garment")]
    return Sketch(
        one,
        frozenset() if settled else slots | {"look"},
        hair_said=look.hair_said,
        garment=garments[0] if garments else "",
        count=counted(reading) if one.kind == CharacterKind.GROUP else None,
    )
