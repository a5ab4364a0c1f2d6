"""From a project to the optimiser and back: what would change, what it saves, and taking it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Cut, Frozen, Slot
from pipeline.money.catalogue import Catalogue, Model
from pipeline.money.choices import effective_choice, unfit
from pipeline.money.optimise import Goal, Offer, Puzzle, Solution, optimise, price_now
from pipeline.money.prices import price, resolution_for, sells
from pipeline.project import ModelChoice, Project, changed

BEAT_SLACK_S = 0.03
MOST_BEATS: dict[Goal, int] = {"cheapest": 32, "within budget": 8, "best quality": 4}
"""How far a cut may move, at most: what is still found within a second for 120 slots."""
LONGEST_S = 3600.0
"""What costs nothing more costs nothing at any length."""


@dataclass(frozen=True)
class Terms:
    """What the optimiser may do.

    Args:
        goal: What is wanted.
        budget_usd_micro: For the two goals with a budget.
        beats: How many beats a cut may move either way; locked cuts and cuts on a section, a
            lyric or a free place never move.
        models_may_change: Else each slot keeps its model, and only cuts move.
        shortest_s: No slot becomes shorter.
        made: Ids of slots whose clip is there: it costs nothing more, so they keep their ends.
        today: The day of the purchase: what is retired by then is not offered.
    """

    goal: Goal
    today: date
    budget_usd_micro: int = 0
    beats: int = 2
    models_may_change: bool = True
    shortest_s: float = 1.0
    made: frozenset[str] = frozenset()


class CutMove(Frozen):
    """A cut that moves; ``number`` is that of the slot that begins there, from 1."""

    slot_id: str
    number: int
    from_s: float
    to_s: float


class ModelMove(Frozen):
    """A slot that gets another model."""

    slot_id: str
    number: int
    from_model: str
    to_model: str


class Savings(Frozen):
    """A difference to be shown before it is taken. ``before`` None: it cannot be bought now."""

    cuts: tuple[CutMove, ...]
    models: tuple[ModelMove, ...]
    before_usd_micro: int | None
    after_usd_micro: int
    exact: bool = True

    @property
    def saved_usd_micro(self) -> int:
        """What is saved; negative when better pictures cost more."""
        return (self.before_usd_micro or self.after_usd_micro) - self.after_usd_micro

    @property
    def empty(self) -> bool:
        return not self.cuts and not self.models


def find_savings(
    catalogue: Catalogue,
    project: Project,
    film: tuple[Sequence[Slot], Sequence[Cut], Sequence[float]],
    terms: Terms,
) -> Savings:
    """The best change of cuts and models for the terms.

    Args:
        catalogue: The models.
        project: The decisions.
        film: Slots, the cuts that they begin at, and the beats in seconds of song time.
        terms: What is wanted and allowed.

    Raises:
        BudgetRefused: when nothing can be bought within the budget.
    """
    slots, cuts, beats_s = film
    reach = max(0, min(terms.beats, MOST_BEATS[terms.goal]))
    starts = [
        _candidates(cut, beats_s, reach if _may_move(slots, index, terms) else 0)
        for index, cut in enumerate(cuts)
    ]
    choices = [effective_choice(project, slot)[0] for slot in slots]
    puzzle = Puzzle(
        present_s=(*(slot.start_s for slot in slots), slots[-1].end_s),
        candidates_s=(*starts, (slots[-1].end_s,)),
        offers=tuple(
            _offers(catalogue, project, slot, terms) or _nothing(choice.model or "")
            for slot, choice in zip(slots, choices, strict=True)
        ),
        present=tuple(choice.model or "" for choice in choices),
        shortest_s=terms.shortest_s,
    )
    found = optimise(puzzle, terms.goal, terms.budget_usd_micro)
    return _difference(puzzle, slots, found)


def take_savings(project: Project, cuts: Sequence[Cut], savings: Savings) -> Project:
    """The project with a difference taken; cuts stay as they were where none moves."""
    times = {move.slot_id: move.to_s for move in savings.cuts}
    moved = tuple(
        cut.model_copy(update={"time_s": times[cut.id], "on": "beat"}) if cut.id in times else cut
        for cut in cuts
    )
    models = dict(project.shot_models)
    for move in savings.models:
        takes = models.get(move.slot_id, ModelChoice()).takes
        models[move.slot_id] = ModelChoice(model=move.to_model, takes=takes)
    return changed(project, shot_models=models, cuts=moved if times else project.cuts)


def _may_move(slots: Sequence[Slot], index: int, terms: Terms) -> bool:
    """The film's own start stays, and so does every end of a clip that is there."""
    return bool(index) and not {slots[index].id, slots[index - 1].id} & terms.made


def _candidates(cut: Cut, beats_s: Sequence[float], reach: int) -> tuple[float, ...]:
    """Where a cut may lie: beats around its own, if it is free to move and lies on one."""
    here = bisect_left(beats_s, cut.time_s - BEAT_SLACK_S)
    on_beat = here < len(beats_s) and abs(beats_s[here] - cut.time_s) <= BEAT_SLACK_S
    if not reach or cut.locked or cut.on not in ("beat", "bar") or not on_beat:
        return (cut.time_s,)
    around = beats_s[max(0, here - reach) : here + reach + 1]
    others = {beat for beat in around if abs(beat - cut.time_s) > BEAT_SLACK_S}
    return tuple(sorted({cut.time_s, *others}))


def _offers(catalogue: Catalogue, project: Project, slot: Slot, terms: Terms) -> tuple[Offer, ...]:
    """What can fill a slot, whatever its length becomes."""
    choice, _ = effective_choice(project, slot)
    if slot.id in terms.made or (_is_free(catalogue, choice) and not terms.models_may_change):
        return (Offer(choice.model or "", 0, ((LONGEST_S, 0),)),)
    brief = slot.model_copy(update={"end_s": slot.start_s + min(1.0, slot.duration_s)})
    found = []
    for model in catalogue.video():
        own = model.key == choice.model
        if model.free or not (own or (terms.models_may_change and model.retires_on is None)):
            continue
        if not unfit(project, brief, model, terms.today):
            found.append(_offer(model, choice if own else None, project, choice.takes or 1))
    return tuple(offer for offer in found if offer.ladder)


def _is_free(catalogue: Catalogue, choice: ModelChoice) -> bool:
    model = catalogue.models.get(choice.model or "")
    return model is not None and model.free


def _offer(model: Model, choice: ModelChoice | None, project: Project, takes: int) -> Offer:
    wanted = choice.resolution if choice else None
    rungs = []
    for seconds in model.durations_s:
        resolution = wanted or resolution_for(model, project.format.height, seconds)
        if sells(model, seconds, resolution):
            rungs.append((seconds, price(model, seconds, resolution) * takes))
    return Offer(model.key, model.quality, tuple(rungs))


def _nothing(model: str) -> tuple[Offer, ...]:
    """An offer that serves no length: the slot cannot be bought, and the optimiser says so."""
    return (Offer(model, 0, ((0.0, 0),)),)


def _difference(puzzle: Puzzle, slots: Sequence[Slot], found: Solution) -> Savings:
    moves = zip(slots, puzzle.present_s, found.bounds_s, strict=False)
    models = zip(slots, puzzle.present, found.models, strict=True)
    return Savings(
        cuts=tuple(
            CutMove(slot_id=slot.id, number=slot.index + 1, from_s=was, to_s=to)
            for slot, was, to in moves
            if was != to
        ),
        models=tuple(
            ModelMove(slot_id=slot.id, number=slot.index + 1, from_model=was, to_model=to)
            for slot, was, to in models
            if was != to
        ),
        before_usd_micro=price_now(puzzle),
        after_usd_micro=found.price_usd_micro,
        exact=found.exact,
    )
