"""Where the money went: sums by stage, model and character, and every entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.media import Fact, facts
from pipeline.money.accounts import (
    Receipt,
    entries_csv,
    latencies_s,
    per_kept_second,
    receipts,
    receipts_csv,
    spent_on_rejects,
)
from pipeline.money.usd import MICRO_PER_USD, dollars

if TYPE_CHECKING:
    from pipeline.money.books import Entry
    from pipeline.money.rules import Dimension
    from pipeline.studio import ProjectView, Studio

DIMENSIONS: dict[str, Dimension] = {
    "Stage": "stage",
    "Model": "model",
    "Character": "subject",
    "Clip": "unit",
}
KINDS = {
    "reserve": "set aside",
    "settle": "paid",
    "release": "given back",
    "late": "paid late",
    "limit": "limit set",
}


def figures(view: ProjectView, entries: Sequence[Entry]) -> None:
    """Cost of a kept second, of what is not in use, and how long each model took."""
    found = receipts(entries)
    paid = {slot.id: slot for slot in view.slots if _paid_clip(view, slot.id)}
    kept_s = sum(slot.duration_s for slot in paid.values())
    spent = sum(one.spent_usd_micro for one in found if one.stage == "generate")
    each = per_kept_second(spent, kept_s)
    rejects = spent_on_rejects(found, [_in_use(found, view, one) for one in paid])
    lines = [
        Fact(dollars(each) if each is not None else "none is paid yet", name="A kept second"),
        Fact(dollars(rejects), name="Takes not in use"),
    ]
    for model, (median_s, slow_s) in latencies_s(found).items():
        waits = f"half within {median_s:.0f} s, nine of ten within {slow_s:.0f} s"
        lines.append(Fact(waits, name=model))
    facts(lines)


def sums(studio: Studio, view: ProjectView) -> None:
    """What was spent, by one of four dimensions."""
    dimension = st.segmented_control(
        "Spent by", list(DIMENSIONS), default="Stage", required=True, key="spent_by"
    )
    found = studio.ledger.spent_by(view.project.id, DIMENSIONS[dimension])
    if not found:
        st.caption("Nothing has been paid for yet.")
        return
    names = _names(view)
    rows = sorted(found.items(), key=lambda item: -item[1])
    st.dataframe(
        [
            {dimension: names.get(key, key) or "none", "Spent": amount / MICRO_PER_USD}
            for key, amount in rows
        ],
        hide_index=True,
        column_config={"Spent": st.column_config.NumberColumn(format="$%.4f")},
        key="spent_table",
    )


def every(view: ProjectView, entries: Sequence[Entry]) -> None:
    """Every entry, filterable, and the files to take home."""
    chosen = st.pills(
        "Show", list(KINDS), format_func=KINDS.__getitem__, selection_mode="multi", key="kinds"
    )
    names = _names(view)
    shown = [entry for entry in reversed(entries) if not chosen or entry.kind in chosen]
    st.dataframe(
        [_line(entry, names) for entry in shown],
        hide_index=True,
        height=360,
        column_config={
            name: st.column_config.NumberColumn(format="$%.4f")
            for name in ("Held", "Spent", "Limit")
        },
        key="entries_table",
    )
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Entries as CSV",
            lambda: entries_csv(entries).encode(),
            file_name="entries.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Receipts as CSV",
            lambda: receipts_csv(receipts(entries)).encode(),
            file_name="receipts.csv",
            mime="text/csv",
            icon=":material/receipt_long:",
            on_click="ignore",
        )


def charges(entries: Sequence[Entry]) -> list[tuple[datetime, int]]:
    """When and how much was paid, for the plot of spending over time."""
    return [
        (datetime.fromisoformat(entry.at), entry.spent_usd_micro)
        for entry in entries
        if entry.spent_usd_micro
    ]


def _line(entry: Entry, names: dict[str, str]) -> dict[str, object]:
    limit = entry.limit_usd_micro
    return {
        "When (UTC)": entry.at[:19].replace("T", " "),
        "What": KINDS[entry.kind],
        "Stage": entry.stage,
        "Unit": names.get(entry.unit, entry.unit) or entry.name.partition("/")[2],
        "Model": entry.model,
        "Held": entry.held_usd_micro / MICRO_PER_USD,
        "Spent": entry.spent_usd_micro / MICRO_PER_USD,
        "Limit": None if limit is None else limit / MICRO_PER_USD,
        "By": entry.by,
        "Note": entry.note,
    }


def _names(view: ProjectView) -> dict[str, str]:
    from pages.parts.progress import names_of

    return names_of(view)


def _paid_clip(view: ProjectView, slot_id: str) -> bool:
    clip = view.clips.get(slot_id)
    return clip is not None and clip.clip is not None and not clip.clip.preview


def _in_use(found: Sequence[Receipt], view: ProjectView, slot_id: str) -> str:
    """The receipt behind a slot's clip: the newest paid one, of the model that made it."""
    clip = view.clips[slot_id].clip
    mine = [one for one in found if one.unit == slot_id and one.spent_usd_micro]
    made = [one for one in mine if clip is not None and one.model == clip.made_by]
    newest = (made or mine)[-1:]
    return newest[0].key if newest else ""
