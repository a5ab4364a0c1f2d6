"""The film: watch it, choose its format, make it, take it home."""

from __future__ import annotations

import streamlit as st

from pages.parts import delivery
from pages.parts.media import Fact, facts, nothing
from pages.parts.opening import open_page
from pages.parts.states import length, mark, size

studio, view = open_page("film")
film = view.film

left, right = st.columns([2, 1], gap="medium")
with left:
    if film is None and delivery.busy(studio, view):
        nothing("The film is being made", "It plays here as soon as it is ready.")
    elif film is None:
        nothing(
            "No film yet",
            "Make it now: whatever is not there yet is made on the way, and a shot without a "
            "clip is filled with its preview.",
        )
    else:
        delivery.player(studio, view, film)
        st.caption(
            f"{mark(view.film_state.state).text} · {film.width} × {film.height} · "
            f"{film.fps} frames a second · {length(film.duration_s)} · {size(film.blob.bytes)}"
        )
with right:
    delivery.make(studio, view, view.film_state)
    delivery.format_controls(studio, view)

if film is not None:
    checks, takeaway = st.columns([2, 1], gap="medium")
    with checks:
        st.subheader("Checks")
        facts([Fact(text, ok=True) for text in film.checks])
        delivery.previews(view, film)
    with takeaway:
        delivery.downloads(studio, view, film)
