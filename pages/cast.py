"""The cast: who and what is seen, described so that every clip shows the same."""

from __future__ import annotations

import streamlit as st

from pages.parts import cast_card, cast_list, cast_picture
from pages.parts.media import nothing
from pages.parts.nav import go
from pages.parts.opening import open_page

studio, view = open_page("cast")
if view.plan is None:
    nothing(
        "No cast yet",
        "The plan says who is in the film. Plan it first; then describe everyone here.",
    )
    if st.button("To the plan", icon=":material/view_list:", type="primary"):
        go("plan", view.project.id)
    st.stop()

desk = cast_card.Desk(studio, view.project.id)
left, middle, right = st.columns([5, 8, 5], gap="medium")
with left:
    chosen = cast_list.chosen(desk, view)
    cast_list.additions(desk)
with middle:
    if chosen is None:
        nothing("Nobody is in the film", "Add a character, or let the plan show places only.")
    else:
        cast_picture.proposed(chosen)
        cast_card.card(desk, view, chosen)
with right:
    if chosen is not None:
        cast_picture.picture(desk, view, chosen)
        cast_picture.presence(view, chosen)
