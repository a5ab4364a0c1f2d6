"""Where the money went: sums by stage, model and character, and every entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.media import Fact, facts
from pages.parts.progress import STAGES, names_of
from pipeline.money.accounts import (
    entries_csv,
    latencies_s,
    per_kept_second,
    receipts,
    receipts_csv,
    spent_on_rejects,
)
from pipeline.money.usd import MICRO_PER_USD, cents, dollars
from pipeline.takes import in_use

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


def figures(studio: Studio, view: ProjectView, entries: Sequence[Entry]) -> None:
    """Cost of a kept second, of what is not in use, and how long each model took."""
    takes = studio.takes.of_project(view.project.id)
    used = in_use(view.project, takes)
    kept_s = sum(slot.duration_s for slot in view.slots if slot.id in used)
    prices = {take.id: take.price_usd_micro for many in takes.values() for take in many}
    each = per_kept_second(sum(prices.values()), kept_s)
    rejects = spent_on_rejects(prices, [take.id for take in used.values()])
    lines = [
        Fact(cents(each) if each is not None else "none is paid yet", name="A kept second"),
        Fact(dollars(rejects), name="Takes not in use"),
    ]
    names = _models(studio)
    for model, (median_s, slow_s) in latencies_s(receipts(entries)).items():
        waits = f"half within {median_s:.0f} s, nine of ten within {slow_s:.0f} s"
        lines.append(Fact(waits, name=names.get(model, model)))
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
    names = {**names_of(view), **_models(studio), **STAGES}
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
    if not entries:
        st.caption("Nothing is booked yet. What is set aside, paid or given back is listed here.")
        return
    chosen = st.pills(
        "Show", list(KINDS), format_func=KINDS.__getitem__, selection_mode="multi", key="kinds"
    )
    names = names_of(view)
    shown = [entry for entry in reversed(entries) if not chosen or entry.kind in chosen]
    if shown:
        _listed(shown, names)
    else:
        st.caption("No entry is of this kind.")
    with st.container(horizontal=True, gap="small"):
        _files(entries)


def _listed(entries: Sequence[Entry], names: dict[str, str]) -> None:
    st.dataframe(
        [_line(entry, names) for entry in entries],
        hide_index=True,
        height=360,
        column_config={
            name: st.column_config.NumberColumn(format="$%.4f")
            for name in ("Held", "Spent", "Limit")
        },
        key="entries_table",
    )


def _files(entries: Sequence[Entry]) -> None:
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


def _models(studio: Studio) -> dict[str, str]:
    return {key: model.name for key, model in studio.catalogue.models.items()}
