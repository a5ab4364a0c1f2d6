"""The cuts as a table: the same edits for those who cannot use a canvas."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import streamlit as st

from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.model import Cut, Slot


@dataclass(frozen=True)
class Table:
    """What the table shows: cuts of a revision up to the film's end, and slots as last drawn."""

    project_id: str
    revision: int
    cuts: tuple[Cut, ...]
    end_s: float
    slots: tuple[Slot, ...]


def draw(table: Table, take: Callable[[Any], None]) -> None:
    """The table, drawn only while it is open: it is much heavier than an edit on the canvas."""
    if not st.toggle(
        "Show the cuts as a table",
        key=f"cut_table_{table.project_id}",
        help="Change a start, lock a cut, delete a row to remove a cut, add a row to split.",
    ):
        return
    key = f"cut_rows_{table.project_id}_{table.revision}"
    st.data_editor(
        rows_of(table),
        key=key,
        num_rows="dynamic",
        width="stretch",
        height=360,
        disabled=("at", "length", "section", "on", "words"),
        column_config={
            "at": st.column_config.TextColumn("At", width="small"),
            "start": st.column_config.NumberColumn(
                "Start, s", min_value=0.0, format="%.3f", width="small", required=True
            ),
            "length": st.column_config.NumberColumn("Length, s", format="%.3f", width="small"),
            "locked": st.column_config.CheckboxColumn("Locked", width="small"),
            "on": st.column_config.TextColumn("Lies on", width="small"),
            "section": st.column_config.TextColumn("Section", width="small"),
            "words": st.column_config.TextColumn("Words", width="large"),
        },
        on_change=lambda: _send(table, st.session_state[key], take),
        alt="Table of all cuts with start, length, lock and words",
    )


def rows_of(table: Table) -> list[dict[str, Any]]:
    """One row a slot; section and words as the page knew them when it was drawn."""
    ends = [after.time_s for _, after in pairwise(table.cuts)] + [table.end_s]
    slots = {slot.id: slot for slot in table.slots}
    rows = []
    for cut, end in zip(table.cuts, ends, strict=True):
        slot = slots.get(cut.id)
        rows.append(
            {
                "at": clock(cut.time_s),
                "start": cut.time_s,
                "length": end - cut.time_s,
                "locked": cut.locked,
                "on": cut.on,
                "section": slot.section if slot else "",
                "words": slot.lyric.replace("\n", " / ") if slot else "",
            }
        )
    return rows


def operations_of(edits: dict[str, Any], cuts: tuple[Cut, ...]) -> list[dict[str, Any]]:
    """What was done to the table, as the editor's own operations."""
    done: list[dict[str, Any]] = []
    for row, fields in edits.get("edited_rows", {}).items():
        name = cuts[int(row)].id
        if fields.get("start") is not None:
            done.append({"op": "set_time", "id": name, "time_s": fields["start"]})
        if fields.get("locked") is not None:
            done.append({"op": "lock", "ids": [name], "locked": fields["locked"]})
    gone = [cuts[int(row)].id for row in edits.get("deleted_rows", ())]
    if gone:
        done.append({"op": "merge", "ids": gone})
    done += [
        {"op": "split", "time_s": row["start"]}
        for row in edits.get("added_rows", ())
        if row.get("start") is not None
    ]
    return done


def _send(table: Table, edits: dict[str, Any], take: Callable[[Any], None]) -> None:
    operations = operations_of(edits, table.cuts)
    if operations:
        # Counted like the canvas counts, so that its answer is the newest.
        sequence = int(time.time() * 1000)
        take({"revision": table.revision, "sequence": sequence, "operations": operations})
