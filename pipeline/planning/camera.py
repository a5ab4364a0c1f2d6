"""Where the camera stands and how it moves: shot grammar, varied by what came before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.knowledge import library
from pipeline.knowledge.library import band_of
from pipeline.model import Shot, Slot, Transition
from pipeline.planning.dice import Dice
from pipeline.planning.reading import words

NEVER = 0.0
REPEATED = 0.35
FRESH = 2.5


@dataclass
class Reel:
    """The shots so far, as far as the next one must differ from them."""

    shots: list[Shot] = field(default_factory=list)
    sizes: Counter[str] = field(default_factory=Counter)

    def add(self, shot: Shot) -> None:
        self.shots.append(shot)
        self.sizes[shot.size] += 1

    def last(self, count: int) -> list[Shot]:
        return self.shots[-count:]


@dataclass(frozen=True)
class Setup:
    """What the camera must serve. ``wide`` demands a long or very long shot for ``action``."""

    slot: Slot
    part: str
    purpose: str
    wide: bool = False
    action: str = ""
    next_movement: str = ""
    next_sizes: tuple[str, ...] = ()


def size_for(setup: Setup, reel: Reel, dice: Dice) -> str:
    """A size that fits the purpose and is not the third equal one in a row."""
    grammar = library.grammar()
    base = {"ELS": 2.0, "LS": 3.0} if setup.wide else grammar.sizes[setup.purpose]
    lean = grammar.lean.get(setup.part, {})
    weights = {size: weight * lean.get(size, 1.0) for size, weight in base.items()}
    reach = _reach(setup)
    for size in weights:
        weights[size] *= _novelty(size, setup, reel) * reach.get(size, 1.0)
    return dice.weighted(_possible(weights), "size", setup.slot.id)


def angle_for(size: str, setup: Setup, dice: Dice) -> str:
    angles = library.grammar().angles
    bend = angles.by_energy[band_of(setup.slot.energy)]
    weights = {angle: w * bend.get(angle, 1.0) for angle, w in angles.by_size[size].items()}
    if setup.purpose == "establishing":
        # From straight above there is no horizon, and a place is known by its horizon.
        weights.pop("top", None)
    return dice.weighted(weights, "angle", setup.slot.id)


def lens_for(size: str, setup: Setup, dice: Dice) -> str:
    return dice.weighted(library.grammar().lenses[size], "lens", setup.slot.id)


def movement_for(setup: Setup, reel: Reel, dice: Dice) -> tuple[str, str]:
    """Movement and speed; never the movement of the shot before or of a locked one after."""
    table = library.movement()
    rows: Iterable[tuple[str, str, float]] = getattr(table, band_of(setup.slot.energy))
    bend = table.by_purpose[setup.purpose]
    barred = {shot.movement for shot in reel.last(1)} | {setup.next_movement}
    speeds = {movement: speed for movement, speed, _ in rows}
    weights = {
        movement: (NEVER if movement in barred else weight * bend.get(movement, 1.0))
        for movement, _, weight in rows
    }
    for shot in reel.last(3)[:-1]:
        if shot.movement in weights:
            weights[shot.movement] *= REPEATED
    movement = dice.weighted(_possible(weights), "movement", setup.slot.id)
    return movement, speeds[movement]


def transition_for(setup: Setup, place: tuple[bool, bool, bool], dice: Dice) -> Transition:
    """How the shot begins. ``place``: first of the film, last of it, first of its part."""
    first, last, begins_part = place
    rules = library.transitions()
    if first or (last and setup.slot.energy < rules.fade_last_below_energy):
        return Transition.FADE
    if setup.slot.energy >= rules.crossfade_below_energy:
        return Transition.CUT
    soft = begins_part or dice.roll("soft", setup.slot.id) < rules.crossfade_inside_part
    return Transition.CROSSFADE if soft else Transition.CUT


def _reach(setup: Setup) -> Mapping[str, float]:
    """How each size suits what is done; a place that is opened is wide whatever happens in it."""
    if setup.wide or setup.purpose in {"detail", "abstract"}:
        return {}
    told = {word.casefold() for word in words(setup.action)}
    rows = library.grammar().reach.values()
    return next((row.sizes for row in rows if told & set(row.words)), {})


def _novelty(size: str, setup: Setup, reel: Reel) -> float:
    """How welcome a size is after the shots before and before the locked ones after."""
    before = [shot.size for shot in reel.last(2)]
    around = (before[-1:] == [size]) + (setup.next_sizes[:1] == (size,))
    run = [*before, size, *setup.next_sizes]
    if any(run[n : n + 3] == [size] * 3 for n in range(len(run) - 2)):
        return NEVER
    return (REPEATED**around) * (FRESH if not reel.sizes[size] else 1.0)


def _possible(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights, or even ones when every choice is barred."""
    return dict(weights) if any(weights.values()) else dict.fromkeys(weights, 1.0)
