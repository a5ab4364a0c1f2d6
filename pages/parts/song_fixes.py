"""Buttons for corrections: a row of which no click is lost, however busy the page is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import streamlit as st
from pydantic import Field, TypeAdapter, ValidationError

from pipeline.cuts.correcting import Correction

FOLDER = Path(__file__).parent
MOST_CLICKS = 200
# Each click: a number that only rises within a visit, and the name of its button.
_CLICKS = TypeAdapter(
    Annotated[
        list[tuple[Annotated[int, Field(ge=0, le=2**53)], Annotated[str, Field(max_length=60)]]],
        Field(max_length=MOST_CLICKS),
    ]
)


@dataclass(frozen=True)
class Fix:
    """One button.

    Args:
        words: What stands on it.
        label: What it does: its help, its name, and what the undo list calls it.
        correction: What a click has done to the grid.
        aside: What stands on it in small letters, as the tempo that it would give.
    """

    words: str
    label: str
    correction: Correction
    aside: str = ""


def draw(key: str, fixes: Sequence[Fix], ask: Callable[[str, Correction], None]) -> None:
    """A row of buttons; ``ask`` gets the label and the correction of each click, in order."""
    known = {fix.label: fix for fix in fixes}

    def asked() -> None:
        for number, label in clicks_of(st.session_state[key].asked):
            if number > st.session_state.get(f"_{key}_ack", 0) and label in known:
                st.session_state[f"_{key}_ack"] = number
                ask(label, known[label].correction)

    rows = [
        {"name": fix.label, "words": fix.words, "aside": fix.aside, "help": fix.label}
        for fix in fixes
    ]
    data = {"buttons": rows, "ack": st.session_state.get(f"_{key}_ack", 0)}
    mount = st.components.v2.component(
        "song_fixes",
        css=(FOLDER / "song_fixes.css").read_text(encoding="utf-8"),
        js=(FOLDER / "song_fixes.js").read_text(encoding="utf-8"),
    )
    mount(key=key, data=data, on_asked_change=asked)


def clicks_of(raw: Any) -> list[tuple[int, str]]:
    """Clicks as the browser sent them, in order; none where it sent something else."""
    try:
        return sorted(_CLICKS.validate_python(raw or []))
    except ValidationError:
        return []
