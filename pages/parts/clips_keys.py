"""The keyboard of the clips page: a script that presses buttons, the buttons, and the list."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from pages.parts import clips_table
from pages.parts.media import Fact, facts

SCRIPT = Path(__file__).with_name("clips_keys.js")
KEYS = (
    ("Space", "Play or pause the clip"),
    ("[", "The clip before"),
    ("]", "The clip after"),
    ("A", "Pick the take that is shown"),
    ("1 to 5", "Rate it with so many stars"),
    ("R", "Make it again: shows the price, and buys nothing by itself"),
    ("?", "This list"),
)


def listen() -> None:
    """Let the keys of this page press its buttons; draws nothing."""
    st.components.v2.component("clips_keys", js=_script())(key="clips_keys")


def listing() -> None:
    """The list of keys, behind a button."""
    with (
        st.container(key="clips_keys_list", width="content"),
        st.popover("Keys", icon=":material/keyboard:", type="tertiary"),
    ):
        facts(Fact(words, name=key) for key, words in KEYS)


def steps(index: int, count: int) -> None:
    """Buttons to the clip before and the one after."""
    ways = (("before", "[", "chevron_left", index - 1), ("after", "]", "chevron_right", index + 1))
    for way, key, icon, to in ways:
        st.button(
            f"The clip {way}",
            key=f"clip_{way}",
            icon=f":material/{icon}:",
            type="tertiary",
            help=f"The clip {way} ({key})",
            disabled=not 0 <= to < count,
            on_click=clips_table.show,
            args=(to,),
        )


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")
