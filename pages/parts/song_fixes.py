"""Buttons for corrections: rows of which no click is lost or overtaken, however busy the page is.

All rows of one desk share one line of clicks: a message of any row brings what was clicked on any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True)
class Desk:
    """The rows that share a line of clicks.

    Args:
        name: Names the line; one a project.
        known: What each label has done, also those of which no button stands at the moment.
        ask: Gets the label and the correction of each click, in the order of the clicks.
    """

    name: str
    known: Mapping[str, Correction]
    ask: Callable[[str, Correction], None]

    @property
    def answered(self) -> int:
        """The number of the last click that was taken."""
        return int(st.session_state.get(self._ack, 0))

    def take(self, raw: Any) -> None:
        """Carry out the clicks of a message that are newer than those taken before."""
        for number, label in clicks_of(raw):
            if number > self.answered:
                st.session_state[self._ack] = number
                if label in self.known:
                    self.ask(label, self.known[label])

    @property
    def _ack(self) -> str:
        return f"_fixes_{self.name}_ack"


def draw(desk: Desk, row: str, fixes: Sequence[Fix]) -> None:
    """A row of buttons of a desk."""
    key = f"fixes_{row}_{desk.name}"

    rows = [
        {"name": fix.label, "words": fix.words, "aside": fix.aside, "help": fix.label}
        for fix in fixes
    ]
    data = {"buttons": rows, "desk": desk.name, "ack": desk.answered}
    mount = st.components.v2.component(
        "song_fixes",
        css=(FOLDER / "song_fixes.css").read_text(encoding="utf-8"),
        js=(FOLDER / "song_fixes.js").read_text(encoding="utf-8"),
    )
    mount(key=key, data=data, on_asked_change=lambda: desk.take(st.session_state[key].asked))


def clicks_of(raw: Any) -> list[tuple[int, str]]:
    """Clicks as the browser sent them, in order; none where it sent something else."""
    try:
        return sorted(_CLICKS.validate_python(raw or []))
    except ValidationError:
        return []
