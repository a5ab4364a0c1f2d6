"""The costs: the limit, where the money went, and every entry of the ledger."""

from __future__ import annotations

import streamlit as st

from pages.parts import costs_held, costs_limits, costs_tables, errors, meter
from pages.parts.clips_deck import deal, missing_quote
from pages.parts.opening import open_page
from pipeline import figures

studio, view = open_page("costs")
project_id = view.project.id

with errors.shown(stop=True):
    entries = studio.spending.entries(project_id)
    deck = deal(studio, view)
    meter.draw(studio, project_id, missing_quote(deck))
    left, right = st.columns([1, 2], gap="medium")
    with left:
        costs_limits.draw(studio, project_id)
        st.subheader("What it came to", anchor=False)
        costs_tables.figures(studio, view, entries)
    with right:
        st.subheader("Spent over time", anchor=False)
        charges = costs_tables.charges(entries)
        if charges:
            limit = studio.totals(project_id).limit_usd_micro
            st.plotly_chart(figures.spending(charges, limit), key="plot_spending")
        else:
            st.caption("Nothing has been paid for yet; previews and plans offline are free.")
        costs_tables.sums(studio, view)
    costs_held.draw(studio, view)
    st.subheader("Every entry", anchor=False)
    costs_tables.every(view, entries)
