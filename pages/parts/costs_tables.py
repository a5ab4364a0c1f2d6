"""Where the money went: sums by stage, model and character, and every entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.media import Fact, facts
from pages.parts.progress import STAGES, names_of
from pipeline.buying.takes import in_use
from pipeline.money.accounts import (
    Receipt,
    entries_csv,
    latencies_s,
    per_kept_second,
    receipts_csv,
    spent_on_rejects,
)
from pipeline.money.usd import cents, dollars, exact

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from pipeline.money.books import Entry
    from pipeline.money.retries import Tried
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


HASH_SHOWN = 12


def figures(studio: Studio, view: ProjectView, found: Sequence[Receipt]) -> None:
    """Cost of a kept second, of what is not in use, and how each model did."""
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
    names, tried = models(studio), studio.takes.tried()
    for model, (median_s, slow_s) in latencies_s(found).items():
        waits = f"half within {median_s:.0f} s, nine of ten within {slow_s:.0f} s"
        note = _history(tried[model]) if model in tried else ""
        lines.append(Fact(waits, name=names.get(model, model), note=note))
    facts(lines)


def _history(tried: Tried) -> str:
    """What became of a model's takes, here and in every other project."""
    again = f"{tried.again} of {tried.paid} paid takes not kept"
    return f"{again}, {tried.free} failed free of charge" if tried.free else again


def sums(studio: Studio, view: ProjectView) -> None:
    """What was spent, by one of four dimensions."""
    dimension = st.segmented_control(
        "Spent by", list(DIMENSIONS), default="Stage", required=True, key="spent_by"
    )
    found = studio.ledger.spent_by(view.project.id, DIMENSIONS[dimension])
    if not found:
        st.caption("Nothing has been paid for yet.")
        return
    names = {**names_of(view), **models(studio), **STAGES}
    rows = sorted(found.items(), key=lambda item: -item[1])
    st.dataframe(
        [
            {dimension: names.get(key, key) or "none", "Spent": exact(amount)}
            for key, amount in rows
        ],
        hide_index=True,
        column_config={"Spent": _money("Spent")},
        key="spent_table",
    )


def receipts(view: ProjectView, found: Sequence[Receipt], names: dict[str, str]) -> None:
    """A line for each purchase: what was sent, what came of it, and the file to take home."""
    if not found:
        st.caption("Nothing has been bought yet. Each purchase gets a receipt with its files.")
        return
    units = names_of(view)
    st.dataframe(
        [_receipt(one, {**names, **units}) for one in reversed(found)],
        hide_index=True,
        placeholder="",
        column_config={
            "Price": _money("Price"),
            "Took s": st.column_config.NumberColumn(format="%.0f"),
        },
        key="receipts_table",
    )
    st.download_button(
        "Receipts as CSV",
        lambda: receipts_csv(found).encode(),
        file_name="receipts.csv",
        mime="text/csv",
        icon=":material/receipt_long:",
        on_click="ignore",
    )


def _receipt(one: Receipt, names: dict[str, str]) -> dict[str, object]:
    pictures = [*one.reference_digests, one.end_digest]
    return {
        "Bought (UTC)": one.reserved_at[:19].replace("T", " "),
        "What for": names.get(one.unit, one.unit),
        "Model": names.get(one.model, one.model),
        "Inputs' schema": one.schema_version,
        "Outcome": one.outcome,
        "Price": exact(one.spent_usd_micro),
        "Took s": one.latency_s,
        "Output": _short(one.output_digest),
        "Start frame": _short(one.start_digest),
        "Other pictures": " ".join(_short(digest) for digest in pictures if digest),
        "Seed": "" if one.seed is None else str(one.seed),
        "Prompt": one.prompt,
    }


def _money(name: str) -> ColumnConfig:
    """A column of exact amounts, written as everywhere else."""
    return st.column_config.TextColumn(name, alignment="right")


def _short(digest: str | None) -> str:
    """The beginning of a file's hash, enough to tell files apart; the CSV has the whole."""
    return (digest or "")[:HASH_SHOWN]


def every(view: ProjectView, entries: Sequence[Entry]) -> None:
    """Every entry, filterable, and the file to take home."""
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
    st.download_button(
        "Entries as CSV",
        lambda: entries_csv(entries).encode(),
        file_name="entries.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _listed(entries: Sequence[Entry], names: dict[str, str]) -> None:
    st.dataframe(
        [_line(entry, names) for entry in entries],
        hide_index=True,
        height=360,
        placeholder="",
        column_config={name: _money(name) for name in ("Held", "Spent", "Limit")},
        key="entries_table",
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
        "Held": exact(entry.held_usd_micro) if entry.held_usd_micro else "",
        "Spent": exact(entry.spent_usd_micro) if entry.spent_usd_micro else "",
        "Limit": "" if limit is None else exact(limit),
        "By": entry.by,
        "Note": entry.note,
    }


def models(studio: Studio) -> dict[str, str]:
    return {key: model.name for key, model in studio.catalogue.models.items()}
