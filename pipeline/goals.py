"""What can be asked for, the stages that lead there, and the units of each.

Only ``transcript``, ``writing``, ``proposal``, ``pictures`` and ``clips`` may buy, each only under
the goal whose button names it. ``plan`` and ``references``, which other goals pass on their way,
use what is there, else what costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline import stage
from pipeline.buying.direction import price_of_plan, unplanned
from pipeline.derivation import Derivation
from pipeline.errors import BadInput
from pipeline.jobs.protocol import StageSpec
from pipeline.money.usd import dollars
from pipeline.stages.compose import PIECE, pieces_of

SONG = "song"
SOUND_UNIT = "sound"
FILM = "film"
SPECS = {
    "analysis": StageSpec(name="analysis", queue="compute"),
    "transcript": StageSpec(name="transcript", queue="text"),
    "located": StageSpec(name="located", queue="compute"),
    "words": StageSpec(name="words", queue="compute"),
    "slots": StageSpec(name="slots", queue="compute"),
    "plan": StageSpec(name="plan", queue="text"),
    "writing": StageSpec(name="writing", queue="text"),
    "proposal": StageSpec(name="proposal", queue="text"),
    "references": StageSpec(name="references", queue="compute", optional_units=True),
    "pictures": StageSpec(name="pictures", queue="images", optional_units=True),
    "previews": StageSpec(name="previews", queue="compute"),
    "clips": StageSpec(name="clips", queue="clips", optional_units=True),
    "pieces": StageSpec(name="pieces", queue="compute"),
    "film": StageSpec(name="film", queue="compute"),
}
HEARD = ("analysis", "words", "slots")
GOALS = {
    "analysis": HEARD,
    "lyrics": ("analysis", "transcript", "words", "slots"),
    "word-times": ("analysis", "located", "words", "slots"),
    "plan": (*HEARD, "writing"),
    "proposal": (*HEARD, "proposal"),
    "references": (*HEARD, "plan", "pictures"),
    "previews": (*HEARD, "plan", "references", "previews"),
    # Paid clips before free previews: they take minutes at the vendor, and then need no preview.
    "clips": (*HEARD, "plan", "references", "clips", "previews"),
    "film": (*HEARD, "plan", "references", "previews", "pieces", "film"),
}


def one_unit(unit: str) -> Callable[[Derivation, tuple[str, ...]], tuple[str, ...]]:
    return lambda _derivation, _selection: (unit,)


def plan_units(look: Derivation, selection: tuple[str, ...]) -> tuple[str, ...]:
    """The plan; nothing where all that was named is in it, and the rest would cost money."""
    planned = {*look.shots, *look.pictures.subjects, *look.pictures.frames}
    spared = look.project.planner == "openai" and selection and planned.issuperset(selection)
    return () if spared else (FILM,)


def ask_for_plan(look: Derivation) -> BadInput:
    count = len(unplanned(look))
    try:
        price = f" · up to {dollars(price_of_plan(look))}"
    except BadInput:
        price = ""
    shots = "1 shot is" if count == 1 else f"{count} shots are"
    return BadInput(
        f"{shots} not planned yet, and a language model is paid for planning them.",
        f"Plan these shots first{price}, on the Plan page; or choose the free planner there.",
    )


def pictures_wanted(look: Derivation, selection: tuple[str, ...]) -> tuple[str, ...]:
    """The named subjects and start frames; without names all subjects without a chosen picture.

    A start frame is drawn only when it is named.
    """
    if selection:
        return tuple(
            one for one in (*look.pictures.subjects, *look.pictures.frames) if one in selection
        )
    chosen = {one for one, choice in look.project.references.items() if choice.blob is not None}
    return tuple(one for one in look.pictures.subjects if one not in chosen)


def subjects(look: Derivation, selection: tuple[str, ...]) -> tuple[str, ...]:
    """The named subjects; all of them where slots or nothing is named."""
    return (
        tuple(one for one in look.pictures.subjects if one in selection) or look.pictures.subjects
    )


def slot_ids(look: Derivation, selection: tuple[str, ...]) -> tuple[str, ...]:
    ids = tuple(slot.id for slot in look.slots if slot.id not in look.takes)
    return tuple(one for one in ids if one in selection) if selection else ids


def piece_keys(look: Derivation, _selection: tuple[str, ...]) -> tuple[str, ...]:
    keys = (stage.key_of(PIECE, piece) for piece in pieces_of(look.compose_inputs))
    return (SOUND_UNIT, *keys)


def is_analysed(look: Derivation, _unit: str) -> bool:
    return look.analysis is not None


def is_planned(look: Derivation, _unit: str) -> bool:
    return look.plan is not None and len(look.shots) == len(look.slots)


def piece_ready(look: Derivation, unit: str) -> bool:
    if unit == SOUND_UNIT:
        return look.sound is not None
    return any(
        stage.key_of(PIECE, piece) == unit and look.find(PIECE, piece) is not None
        for piece in pieces_of(look.compose_inputs)
    )
