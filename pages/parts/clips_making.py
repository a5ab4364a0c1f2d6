"""Making clips from the page: the priced buttons, and the checks before anything is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, starting
from pages.parts.clips_deck import Deck
from pipeline.money.usd import at_most, cents, dollars
from pipeline.project import PREVIEW_MODEL, changed

if TYPE_CHECKING:
    from pipeline.model import Slot
    from pipeline.money.quotes import ClipQuote, Quote


def missing(deck: Deck, quote: Quote) -> None:
    """The button that makes all that is not there and can be made, with its exact price."""
    count, stuck = len(deck.makeable), len(quote.stuck)
    clips = "clip" if count == 1 else "clips"
    label = f"Make what is missing · {count} {clips} · {dollars(quote.total_usd_micro)}"
    st.button(
        label if count or stuck else "Nothing is missing",
        key="make_missing",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not count or deck.busy,
        help=_aside(deck, count, stuck),
        on_click=start,
        args=(deck, deck.makeable),
    )


def _aside(deck: Deck, count: int, stuck: int) -> str | None:
    if deck.busy:
        return "Work is under way; see above."
    if not stuck:
        return None
    left = "Nothing else is missing." if not count else "They are left out."
    return f"{stuck} more cannot be made as chosen; the table says why. {left}"


def one(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """The button that makes this clip, with its price and what of it will not be seen."""
    made = deck.made(slot)
    _waste(slot, quote)
    if made:
        return
    st.button(
        f"Make this clip · {dollars(quote.price_usd_micro)}" if quote.buyable else "Not buyable",
        key=f"make_{slot.id}",
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=not _possible(deck, slot, quote),
        on_click=start,
        args=(deck, (slot.id,)),
    )


def again(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """Another take: a button that shows what it costs, and in it the one that buys."""
    with (
        st.container(key="clip_again", width="content"),
        st.popover(_verb(deck, slot), icon=":material/refresh:"),
    ):
        free = quote.model == PREVIEW_MODEL
        kind = "preview" if free else "take"
        some = f"{quote.takes} more {kind}s" if quote.takes > 1 else f"One more {kind}"
        st.markdown(errors.literal(f"{some} of clip {slot.index + 1}"))
        left = deck.studio.totals(deck.project.id).left_usd_micro
        st.caption(errors.literal(f"{at_most(left)} is left. What is there is kept."))
        st.button(
            f"Make it · {dollars(quote.price_usd_micro)}" if quote.buyable else "Not buyable",
            key=f"again_{slot.id}",
            type="primary",
            width="stretch",
            disabled=not _possible(deck, slot, quote),
            on_click=_another,
            args=(deck, slot, free),
        )


def _verb(deck: Deck, slot: Slot) -> str:
    return "Make it again" if deck.made(slot) else "Make it"


def start(deck: Deck, slot_ids: tuple[str, ...]) -> None:
    """Start making clips; what cannot be bought is refused here, before a run begins."""
    with errors.shown(later=True):
        deck.studio.spending.check(deck.project.id, slot_ids)
        starting.start(deck.studio, deck.project.id, "clips", slot_ids)


def _another(deck: Deck, slot: Slot, free: bool) -> None:
    if free:
        number = deck.project.preview_takes.get(slot.id, 1) + 1
        takes = {**deck.project.preview_takes, slot.id: number}
        deck.change("Another preview", lambda project: changed(project, preview_takes=takes))
    start(deck, (slot.id,))


def _possible(deck: Deck, slot: Slot, quote: ClipQuote) -> bool:
    return quote.buyable and slot.id in deck.shots and not deck.busy


def _waste(slot: Slot, quote: ClipQuote) -> None:
    if quote.wasted_s > 0.01 and quote.price_usd_micro:
        st.caption(
            f"Buys {quote.bought_s:g} s for {slot.duration_s:.2f} s of film: "
            f"{quote.wasted_s:.2f} s, {errors.literal(cents(quote.wasted_usd_micro))}, unseen."
        )
