"""The clips: a table of all, the card of one, and the price on every button."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import (
    clips_card,
    clips_frames,
    clips_keys,
    clips_making,
    clips_models,
    clips_savings,
    clips_table,
    errors,
    meter,
    progress,
)
from pages.parts.clips_deck import Deck, deal, fresh, missing_quote, same_film
from pages.parts.media import nothing
from pages.parts.opening import open_page

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio

CSS = Path(clips_card.__file__).with_name("clips.css")
TOLD = "_clips_told"
TOLD_S = 15.0


def workbench(studio: Studio, view: ProjectView) -> None:
    """Meter, table and card: redrawn together by a click, and as clips land, without the rest."""
    view = fresh(studio, view)
    if not same_film(studio.project(view.project.id), view.project):
        st.rerun()
    tell(polls=progress.active(studio.run(view.project.id)))
    with errors.shown():
        deck = deal(studio, view)
        quote = missing_quote(deck)
        meter.draw(studio, view.project.id, quote)
        with st.container(key="clips_actions", horizontal=True, gap="small"):
            clips_making.missing(deck, quote)
            clips_savings.offer(deck)
            clips_frames.offer(deck)
        with st.container(key="clips_columns"):
            columns(deck)


def columns(deck: Deck) -> None:
    """The table beside the card of the clip that is chosen in it."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        chosen = clips_table.draw(deck)
        if len(chosen) > 1:
            clips_models.bulk(deck, chosen)
        else:
            st.caption("Choose several rows to set their model together.")
    with right, st.container(border=True, key="clip_card"):
        clips_card.draw(deck, next(slot for slot in deck.view.slots if slot.id == chosen[0]))


def tell(*, polls: bool) -> None:
    """What went wrong in a click; while the page polls it stays long enough to be read."""
    faults = st.session_state.pop(errors.KEPT, [])
    if faults:
        st.session_state[TOLD] = (time.monotonic(), faults)
    since, kept = st.session_state.get(TOLD, (0.0, []))
    for fault in kept if polls and time.monotonic() - since < TOLD_S else faults:
        errors.block(fault)


studio, view = open_page("clips")
st.html(CSS)
meter.style()
if not view.slots or view.plan is None:
    nothing(
        "No shots yet",
        "Clips are made of a plan. Hear the song and plan its shots first; both are free.",
    )
else:
    with errors.shown(), st.container(key="clips_top", horizontal=True, gap="small"):
        clips_models.film_wide(deal(studio, view))
        clips_keys.listing()
    polls = progress.every(studio, view.project.id)
    st.fragment(workbench, run_every=polls, key="clips")(studio, view)
    clips_keys.listen()
