"""What the ledger tells: receipts, exports, the cost of what was kept and of what was not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pipeline.model import Digest, Frozen, Name
from pipeline.money.books import Entry
from pipeline.money.usd import as_decimal, share

COLUMNS = (
    "id", "at", "kind", "project", "stage", "unit", "model", "subjects", "held_usd", "spent_usd",
    "level", "name", "limit_usd", "by", "note", "key",
)  # fmt: skip
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Receipt(Frozen):
    """One purchase: what was asked of whom, what came of it, and what it cost.

    ``latency_s`` runs from the reservation to the settlement. What was sent and what came of it
    is told by the take, as far as it is kept: ``schema_version`` names the model's inputs,
    digests name files. A purchase that failed has no output.
    """

    key: str
    unit: str
    stage: str
    model: Name
    subject_ids: tuple[str, ...]
    outcome: str
    reserved_at: str
    closed_at: str = ""
    latency_s: float | None = None
    reserved_usd_micro: int
    spent_usd_micro: int
    schema_version: str = ""
    duration_s: float | None = None
    resolution: str = ""
    start_digest: Digest | None = None
    end_digest: Digest | None = None
    reference_digests: tuple[Digest, ...] = ()
    prompt: str = ""
    seed: int | None = None
    output_digest: Digest | None = None


class TakeFacts(Frozen):
    """What the studio knows of a take or a still, for its receipt."""

    schema_version: str = ""
    duration_s: float | None = None
    resolution: str = ""
    start_digest: Digest | None = None
    end_digest: Digest | None = None
    reference_digests: tuple[Digest, ...] = ()
    prompt: str = ""
    output_digest: Digest | None = None


def receipts(
    entries: Iterable[Entry], takes: Mapping[str, TakeFacts] | None = None
) -> tuple[Receipt, ...]:
    """A receipt for every reservation, oldest first; an open one says "held".

    Args:
        entries: Lines of the ledger.
        takes: What is known of what was bought, by its order's key: the reservation's key
            without the number of the attempt.
    """
    opened: dict[str, Entry] = {}
    closing: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind == "reserve":
            opened[entry.key] = entry
        elif entry.kind != "limit":
            closing[entry.key] = entry
    known = takes or {}
    return tuple(
        _receipt(entry, closing.get(key), known.get(key.partition("#")[0], TakeFacts()))
        for key, entry in opened.items()
    )


def entries_csv(entries: Iterable[Entry]) -> str:
    """Every entry as CSV with a header; amounts in dollars, exact to the micro-dollar."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(entry) for entry in entries)
    return out.getvalue()


def receipts_csv(found: Iterable[Receipt]) -> str:
    """Receipts as CSV with a header; amounts in dollars."""
    out = io.StringIO()
    names = list(Receipt.model_fields)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([name.replace("_usd_micro", "_usd") for name in names])
    for receipt in found:
        writer.writerow([_cell(name, getattr(receipt, name)) for name in names])
    return out.getvalue()


def per_kept_second(spent_usd_micro: int, kept_s: float) -> int | None:
    """Micro-dollars for each second of paid film that is used; None while nothing is."""
    return share(spent_usd_micro, 1, kept_s) if kept_s > 0 else None


def spent_on_rejects(prices_usd_micro: Mapping[str, int], kept: Iterable[str]) -> int:
    """Micro-dollars of the takes, by id, that are not among those in use."""
    used = set(kept)
    return sum(price for take, price in prices_usd_micro.items() if take not in used)


def latencies_s(found: Iterable[Receipt]) -> dict[str, tuple[float, float]]:
    """Median and 90th percentile of seconds to a finished take, by model, from own runs."""
    waits: dict[str, list[float]] = {}
    for receipt in found:
        if receipt.outcome == "paid" and receipt.latency_s is not None:
            waits.setdefault(receipt.model, []).append(receipt.latency_s)
    return {model: (_rank(all_s, 0.5), _rank(all_s, 0.9)) for model, all_s in waits.items()}


def _rank(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _receipt(opened: Entry, closed: Entry | None, facts: TakeFacts) -> Receipt:
    outcome = {"settle": "paid", "late": "paid late", "release": "free"}
    told = dict(facts)
    if closed is None or closed.kind == "release":
        told["output_digest"] = None
    return Receipt(
        key=opened.key,
        unit=opened.unit,
        stage=opened.stage,
        model=opened.model,
        subject_ids=opened.subject_ids,
        outcome=outcome[closed.kind] if closed else "held",
        reserved_at=opened.at,
        closed_at=closed.at if closed else "",
        latency_s=_seconds_between(opened.at, closed.at) if closed else None,
        reserved_usd_micro=opened.held_usd_micro,
        spent_usd_micro=closed.spent_usd_micro if closed else 0,
        **told,
    )


def _seconds_between(first: str, last: str) -> float:
    """Seconds from one moment to another; none when a clock was set back between them."""
    return max(0.0, (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds())


def _row(entry: Entry) -> list[str]:
    limit = entry.limit_usd_micro
    return [
        str(entry.id),
        entry.at,
        entry.kind,
        _plain(entry.project_id),
        _plain(entry.stage),
        _plain(entry.unit),
        _plain(entry.model),
        _plain(" ".join(entry.subject_ids)),
        f"{as_decimal(entry.held_usd_micro):f}",
        f"{as_decimal(entry.spent_usd_micro):f}",
        entry.level,
        _plain(entry.name),
        "" if limit is None else f"{as_decimal(limit):f}",
        _plain(entry.by),
        _plain(entry.note),
        _plain(entry.key),
    ]


def _cell(name: str, value: object) -> str:
    if name.endswith("_usd_micro"):
        return f"{as_decimal(int(str(value))):f}"
    if isinstance(value, tuple):
        return _plain(" ".join(value))
    return _plain("" if value is None else str(value))


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
