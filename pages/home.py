"""Projects: the songs at hand, and the way to begin."""

from __future__ import annotations

import streamlit as st

from pages.parts import discarding, errors, hosted, nav
from pages.parts.opening import open_studio_page
from pages.parts.projects import begin_with_demo, begin_with_song, card, how_it_goes, import_project

ACROSS = 3
AT_FIRST = 12

studio = open_studio_page()
if opened := st.session_state.pop("_begun", ""):
    nav.go("song", opened)
owner = hosted.owner(studio)
cards = studio.projects(owner)

st.title("Projects" if cards else "Turn a song into a music video")
hosted.notice(studio)
discarding.undo(studio)
for fault in () if studio.settings.hosted else studio.shelf.unreadable():
    errors.block(fault)
drop, demo = st.columns([2, 1], gap="medium")
with drop:
    begin_with_song(studio, owner)
with demo, st.container(border=True, height="stretch"):
    begin_with_demo(studio, owner)
    import_project(studio, owner)

if not cards:
    how_it_goes()
most = st.session_state.get("_most", AT_FIRST)
for row in range(0, min(len(cards), most), ACROSS):
    for place, shown in zip(
        st.columns(ACROSS, gap="medium"), cards[row : row + ACROSS], strict=False
    ):
        with place:
            card(studio, shown)
if len(cards) > most and st.button(f"Show all {len(cards)}", icon=":material/expand_more:"):
    st.session_state["_most"] = len(cards)
    st.rerun()
discarding.trash(studio, owner)
