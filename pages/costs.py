"""The costs: the limit, where the money went, and every entry of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import costs_held, costs_limits, costs_tables, errors, meter, progress
from pages.parts.clips_deck import deal, fresh, missing_quote
from pages.parts.opening import open_page
from pipeline import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.money.books import Entry
    from pipeline.studio import ProjectView, Studio


def live(studio: Studio, view: ProjectView) -> None:
    """What changes while work runs: redrawn every second, without the rest of the page."""
    view = fresh(studio, view)
    with errors.shown():
        entries = studio.spending.entries(view.project.id)
        found = studio.spending.receipts(view.project.id)
        meter.draw(studio, view.project.id, missing_quote(deal(studio, view)))
        left, right = st.columns([1, 2], gap="medium")
        with left:
            st.subheader("What it came to", anchor=False)
            costs_tables.figures(studio, view, found)
            costs_tables.sums(studio, view)
        with right:
            plot(studio, view, entries)


def plot(studio: Studio, view: ProjectView, entries: Sequence[Entry]) -> None:
    st.subheader("Spent over time", anchor=False)
    charges = costs_tables.charges(entries)
    if charges:
        limit = studio.totals(view.project.id).limit_usd_micro
        st.plotly_chart(figures.spending(charges, limit), key="plot_spending")
    else:
        st.caption("Nothing has been paid for yet; previews and plans offline are free.")


def books(studio: Studio, view: ProjectView) -> None:
    """Receipts and entries, the newest first."""
    receipts, entries = st.tabs(["Receipts", "Every entry"])
    with errors.shown():
        with receipts:
            found = studio.spending.receipts(view.project.id)
            costs_tables.receipts(view, found, costs_tables.models(studio))
        with entries:
            costs_tables.every(view, studio.spending.entries(view.project.id))


studio, view = open_page("costs")
meter.style()
polls = progress.every(studio, view.project.id)
# What waits for a decision comes before what is only to be looked at.
with errors.shown(stop=True):
    costs_held.draw(studio, view)
st.fragment(live, run_every=polls, key="costs_live")(studio, view)
with errors.shown(stop=True):
    costs_limits.draw(studio, view.project.id)
st.fragment(books, run_every=polls, key="costs_books")(studio, view)
