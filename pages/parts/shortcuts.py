"""The keyboard, as a list that people can open: one truth for the pages that own keys."""

from __future__ import annotations

from html import escape

import streamlit as st

SOUND = (
    ("Space", "play or pause"),
    ("J K L", "back, stop, forward"),
    (", .", "one beat back, one beat on"),
    ("[ ]", "the cut before, the next cut"),
)
HISTORY = (("Z", "undo"), ("Y", "redo"), ("?", "this list"))
KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "song": (
        *SOUND,
        ("← →", "move the chosen cut by a frame; with Shift by a beat"),
        ("S", "split at the playhead"),
        ("M", "merge with the next"),
        ("X", "lock or unlock"),
        *HISTORY,
    ),
    "clips": (*SOUND, ("A", "pick this take"), ("1 to 5", "rate this take"), *HISTORY),
}


def list_of(page: str) -> None:
    """A button that opens the list of a page's keys; everything in it has a button too."""
    with st.popover("Keyboard", icon=":material/keyboard:", type="tertiary"):
        rows = "".join(
            f"<li><kbd>{escape(keys)}</kbd><span>{escape(words)}</span></li>"
            for keys, words in KEYS[page]
        )
        st.html(f'<ul class="facts keys">{rows}</ul>')
