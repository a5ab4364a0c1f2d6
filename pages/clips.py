"""The clips: a table of all, the card of one, and the price on every button."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import (
    clips_card,
    clips_models,
    clips_savings,
    clips_table,
    errors,
    meter,
    progress,
    starting,
)
from pages.parts.clips_deck import Deck, deal, missing_quote, same_film
from pages.parts.media import nothing
from pages.parts.opening import open_page
from pipeline.money.usd import dollars

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio

CSS = Path(clips_card.__file__).with_name("clips.css")


def make_missing(deck: Deck) -> None:
    """The button that makes all that is not there, with its exact price."""
    quote = missing_quote(deck)
    count = len(quote.clips)
    stuck = sum(bool(clip.problems) for clip in quote.clips)
    busy = progress.active(deck.studio.run(deck.project.id))
    words = "clip" if count == 1 else "clips"
    st.button(
        f"Make what is missing · {count} {words} · {dollars(quote.total_usd_micro)}"
        if count
        else "Nothing is missing",
        key="make_missing",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not count or busy or bool(stuck),
        help=_why_not(busy, stuck),
        on_click=start_missing,
        args=(deck,),
    )


def _why_not(busy: bool, stuck: int) -> str | None:
    if busy:
        return "Work is under way; see above."
    return f"{stuck} of them cannot be made as chosen; the table says why." if stuck else None


def start_missing(deck: Deck) -> None:
    starting.start(deck.studio, deck.project.id, "clips", deck.missing)


@st.fragment(key="clips")
def workbench(studio: Studio, view: ProjectView) -> None:
    """Meter, table and card: redrawn together by a click, without the rest of the page."""
    if not same_film(studio.project(view.project.id), view.project):
        st.rerun()
    errors.draw_kept()
    with errors.shown():
        deck = deal(studio, view)
        meter.draw(studio, view.project.id, missing_quote(deck))
        with st.container(key="clips_actions", horizontal=True, gap="small"):
            make_missing(deck)
            clips_savings.offer(deck)
        with st.container(key="clips_columns"):
            left, right = st.columns([5, 3], gap="medium")
        with left:
            chosen = clips_table.draw(deck)
            if len(chosen) > 1:
                clips_models.bulk(deck, chosen)
            else:
                st.caption("Choose several rows to set their model together.")
        with right, st.container(border=True, key="clip_card"):
            clips_card.draw(deck, next(slot for slot in view.slots if slot.id == chosen[0]))


studio, view = open_page("clips")
st.html(CSS)
if not view.slots or view.plan is None:
    nothing(
        "No shots yet",
        "Clips are made of a plan. Hear the song and plan its shots first; both are free.",
    )
else:
    with errors.shown():
        clips_models.film_wide(deal(studio, view))
    workbench(studio, view)
