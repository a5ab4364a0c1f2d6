"""Quotes: the exact price before anything is bought, what is wasted, and what would save it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

from pipeline.errors import BadInput
from pipeline.model import Frozen, Slot
from pipeline.money.catalogue import Catalogue, Model
from pipeline.money.choices import Origin, effective_choice, take_price, unfit, waits_for_frame
from pipeline.money.prices import (
    SLOWEST,
    bought_duration,
    price,
    resolution_for,
    sells,
)
from pipeline.money.usd import at_most, dollars, share
from pipeline.project import ModelChoice, Project

Pair = tuple[Slot, Slot | None]
"""A slot and the one after it, if there is one."""

FRAME_WAITS = "Its start frame is not approved yet."


class ClipQuote(Frozen):
    """What one slot costs. ``price_usd_micro`` is of all takes.

    ``problems`` say why the model cannot serve the slot: then it has no price and counts in no
    sum, and nothing is changed in silence.
    """

    slot_id: str
    model: str
    origin: Origin
    resolution: str = ""
    takes: int = 1
    needed_s: float
    bought_s: float = 0.0
    wasted_s: float = 0.0
    take_usd_micro: int = 0
    price_usd_micro: int = 0
    wasted_usd_micro: int = 0
    problems: tuple[str, ...] = ()

    @property
    def buyable(self) -> bool:
        return not self.problems

    @property
    def costs(self) -> bool:
        return self.price_usd_micro > 0


class Quote(Frozen):
    """What a set of clips costs; those that cannot be bought are listed and not counted.

    ``retry_high_usd_micro`` is what it may come to with retries; for ``retry_learnt`` of the
    clips that is learnt from the studio's own takes, for the others it is one take more.
    """

    clips: tuple[ClipQuote, ...]
    total_usd_micro: int
    retry_high_usd_micro: int
    wasted_s: float
    wasted_usd_micro: int
    retry_learnt: int = 0

    @property
    def buyable(self) -> tuple[ClipQuote, ...]:
        return tuple(clip for clip in self.clips if clip.buyable)

    @property
    def stuck(self) -> tuple[ClipQuote, ...]:
        """Clips that cannot be bought as they are chosen; each says why."""
        return tuple(clip for clip in self.clips if not clip.buyable)


class Hint(Frozen):
    """One way to save on a slot: what to do, in words, and what it saves.

    ``value`` is the new end of the slot in seconds of song time, the length to buy, or a model.
    """

    kind: Literal["cut", "slow", "model"]
    words: str
    saves_usd_micro: int
    value: float | str


def quote_clip(
    catalogue: Catalogue, project: Project, slot: Slot, today: date | None = None
) -> ClipQuote:
    """The quote of one slot with the choice that holds for it."""
    choice, origin = effective_choice(project, slot)
    needed_s = slot.duration_s
    bare = ClipQuote(
        slot_id=slot.id,
        model=choice.model or "",
        origin=origin,
        takes=choice.takes or 1,
        needed_s=needed_s,
    )
    try:
        return _priced(catalogue.get(bare.model), choice, bare, (project, slot, today))
    except BadInput as problem:
        return bare.model_copy(update={"problems": (str(problem),)})


def quote_film(
    catalogue: Catalogue,
    project: Project,
    slots: Collection[Slot],
    only: Collection[str] | None = None,
    today: date | None = None,
) -> Quote:
    """The quote of a film, or of the slots named in ``only``: those still to be bought."""
    clips = tuple(
        quote_clip(catalogue, project, slot, today)
        for slot in slots
        if only is None or slot.id in only
    )
    total = sum(clip.price_usd_micro for clip in clips)
    return Quote(
        clips=clips,
        total_usd_micro=total,
        retry_high_usd_micro=total + sum(clip.take_usd_micro for clip in clips),
        wasted_s=sum((clip.wasted_s * clip.takes for clip in clips), 0.0),
        wasted_usd_micro=sum(clip.wasted_usd_micro for clip in clips),
    )


def hints(
    catalogue: Catalogue,
    project: Project,
    pair: Pair,
    beats_s: Collection[float],
) -> tuple[Hint, ...]:
    """What would save money on a slot, the largest saving first.

    Args:
        catalogue: The models.
        project: The decisions.
        pair: The slot and the one after it, which grows when the slot ends earlier.
        beats_s: Beats in seconds of song time.
    """
    slot = pair[0]
    quote = quote_clip(catalogue, project, slot)
    if quote.problems or not quote.take_usd_micro:
        return ()
    model = catalogue.get(quote.model)
    found = [
        *_earlier_cut(catalogue, project, pair, beats_s),
        *_slower(model, slot, quote),
        *_other_model(catalogue, project, slot, quote),
    ]
    return tuple(sorted(found, key=lambda hint: -hint.saves_usd_micro))


def _priced(
    model: Model, choice: ModelChoice, bare: ClipQuote, where: tuple[Project, Slot, date | None]
) -> ClipQuote:
    project, slot, today = where
    buyable = choice.duration_s if choice.duration_s and not model.duration_range_s else None
    problems = unfit(project, slot, model, today)
    if not problems and not model.free and waits_for_frame(project, slot.id):
        problems = (FRAME_WAITS,)
    if problems:
        return bare.model_copy(update={"problems": problems})
    needed_s = slot.duration_s
    if buyable is not None and needed_s <= buyable * SLOWEST:
        needed_s = min(needed_s, buyable)
    ending = model.end_needs_resolution if slot.id in project.end_frames else ""
    usual = ending or resolution_for(model, project.format.height, needed_s)
    resolution = choice.resolution or usual
    if ending and resolution != ending:
        return bare.model_copy(update={"problems": (f"takes an end frame at {ending} only",)})
    bought_s = max(bought_duration(model, needed_s, resolution), buyable or 0.0)
    take = price(model, bought_s, resolution)
    wasted_s = max(0.0, bought_s - slot.duration_s)
    return bare.model_copy(
        update={
            "resolution": resolution,
            "bought_s": bought_s,
            "wasted_s": wasted_s,
            "take_usd_micro": take,
            "price_usd_micro": take * bare.takes,
            "wasted_usd_micro": share(take, wasted_s, bought_s) * bare.takes if bought_s else 0,
        }
    )


def _earlier_cut(
    catalogue: Catalogue,
    project: Project,
    pair: Pair,
    beats_s: Collection[float],
) -> list[Hint]:
    """Ending on an earlier beat, counting what the next slot then costs more."""
    slot, after = pair
    if after is None:
        return []
    now = _cost(catalogue, project, slot, after)
    earlier = sorted(beat for beat in beats_s if slot.start_s < beat < slot.end_s - 0.05)
    for steps, beat in enumerate(reversed(earlier[-2:]), start=1):
        moved = slot.model_copy(update={"end_s": beat}), after.model_copy(update={"start_s": beat})
        then = _cost(catalogue, project, *moved)
        if then is not None and now is not None and then < now:
            beats = "one beat" if steps == 1 else f"{steps} beats"
            saved = now - then
            words = f"End it {beats} earlier ({beat - slot.start_s:.2f} s): saves {at_most(saved)}."
            return [Hint(kind="cut", words=words, saves_usd_micro=saved, value=beat)]
    return []


def _cost(catalogue: Catalogue, project: Project, first: Slot, second: Slot) -> int | None:
    quotes = [quote_clip(catalogue, project, slot) for slot in (first, second)]
    if any(quote.problems for quote in quotes):
        return None
    return sum(quote.price_usd_micro for quote in quotes)


def _slower(model: Model, slot: Slot, quote: ClipQuote) -> list[Hint]:
    """A shorter take, slowed down to fill the slot."""
    for seconds in model.durations_s:
        stretch = slot.duration_s / seconds
        sold = sells(model, seconds, quote.resolution)
        if sold and seconds < quote.bought_s and 1.0 < stretch <= SLOWEST:
            saved = (quote.take_usd_micro - price(model, seconds, quote.resolution)) * quote.takes
            percent = f"{(stretch - 1) * 100:.0f} %"
            words = f"Slow a {seconds:g}-second take down by {percent}: saves {at_most(saved)}."
            return [Hint(kind="slow", words=words, saves_usd_micro=saved, value=seconds)]
    return []


def _other_model(
    catalogue: Catalogue, project: Project, slot: Slot, quote: ClipQuote
) -> list[Hint]:
    """The cheapest other paid model on sale that can serve the slot."""
    prices = {
        model.key: take_price(model, slot, project.format.height)
        for model in catalogue.video()
        if not model.free
        and model.key != quote.model
        and model.retires_on is None
        and not unfit(project, slot, model)
    }
    cheapest = min(prices, key=lambda key: prices[key], default="")
    if not cheapest or prices[cheapest] >= quote.take_usd_micro:
        return []
    saved = (quote.take_usd_micro - prices[cheapest]) * quote.takes
    name = catalogue.get(cheapest).name
    words = f"{name} makes it for {dollars(prices[cheapest])}: saves {at_most(saved)}."
    return [Hint(kind="model", words=words, saves_usd_micro=saved, value=cheapest)]
