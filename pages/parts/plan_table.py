"""The table of shots: one row a slot; the chosen row has its card."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.clips_table import BLANK, thumb
from pages.parts.plan_desk import CHOSEN, Desk
from pipeline.model import Slot
from pipeline.timebase import clock

KEY = "plan_table"
ROW_PX = 36
MOST_ROWS = 16


def draw(desk: Desk) -> Slot:
    """Draw the table and say which slot is chosen: by a click, by a finding, else the first."""
    slots = desk.view.slots
    marked = _marked(desk)
    found = st.dataframe(
        [_row(desk, slot, marked) for slot in slots],
        key=KEY,
        hide_index=True,
        row_height=ROW_PX,
        height=ROW_PX * (min(len(slots), MOST_ROWS) + 1) + 3,
        on_select=_forget,
        selection_mode="single-row",
        column_config=_columns(),
        alt="The shots of the film, one a row",
    )
    pointed = st.session_state.get(CHOSEN)
    named = next((slot for slot in slots if slot.id == pointed), None)
    rows = [row for row in found.selection.rows if row < len(slots)]
    return named or (slots[rows[0]] if rows else slots[0])


def _forget() -> None:
    """A click in the table outranks the finding that was followed before it."""
    st.session_state.pop(CHOSEN, None)


def _marked(desk: Desk) -> dict[str, str]:
    """Slot id -> the sign of its gravest finding."""
    signs: dict[str, str] = {}
    for finding in reversed(desk.view.findings):
        for slot_id in finding.slot_ids:
            if finding.level == "hard" or slot_id not in signs:
                signs[slot_id] = "✕" if finding.level == "hard" else "!"
    return signs


def _row(desk: Desk, slot: Slot, marked: dict[str, str]) -> dict[str, Any]:
    shot = desk.shot(slot)
    row: dict[str, Any] = {
        "picture": thumb(desk.view.posters.get(slot.id)) or BLANK,
        "shot": slot.index + 1,
        "at": clock(slot.start_s),
        "part": slot.section,
        "found": marked.get(slot.id, ""),
    }
    if shot is None:
        return row | {"action": "no shot yet"}
    people = {one.id: one.name for one in desk.plan.characters} if desk.plan else {}
    return row | {
        "frame": f"{shot.size} {shot.angle}",
        "move": shot.movement,
        "action": shot.action,
        "who": ", ".join(people.get(one, one) for one in shot.character_ids),
        "locked": "whole" if "*" in shot.locked else "partly" if shot.locked else "",
    }


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "picture": column.ImageColumn("", width=64),
        "shot": column.NumberColumn("Shot", width=48, format="%d"),
        "at": column.TextColumn("At", width=68),
        "part": column.TextColumn("Part", width=72),
        "found": column.TextColumn("", width=28, help="✕ stops buying, ! advises"),
        "frame": column.TextColumn("Frame", width=80),
        "move": column.TextColumn("Moves", width=76),
        "action": column.TextColumn("What is seen", width=330),
        "who": column.TextColumn("Who", width=100),
        "locked": column.TextColumn("Lock", width=56),
    }
