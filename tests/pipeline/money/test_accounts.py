from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.database import Database
from pipeline.money.accounts import (
    TakeFacts,
    entries_csv,
    latencies_s,
    per_kept_second,
    receipts,
    receipts_csv,
    spent_on_rejects,
)
from pipeline.money.ledger import Ledger, Scope

PROJECT = "night-drive-00001"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.create_tables()
    now = [datetime(2026, 11, 22, 12, tzinfo=UTC)]

    def clock() -> datetime:
        now[0] += timedelta(seconds=15)
        return now[0]

    ledger = Ledger(database, clock=clock)
    scope = Scope(project_id=PROJECT, stage="generate", unit="s1", model="kling-2.5-turbo-pro")
    for number in (1, 2):
        ledger.reserve(f"s1#{number}", scope, 350_000)
        ledger.settle(f"s1#{number}", 350_000)
    ledger.reserve("s1#3", scope, 350_000)
    ledger.release("s1#3", "=HYPERLINK(1)")
    ledger.reserve("s1#4", scope, 350_000)
    return ledger


def test_every_purchase_has_a_receipt(ledger: Ledger) -> None:
    digest = "ab" * 32
    facts = {"s1": TakeFacts(schema_version="abc", start_digest=digest, output_digest=digest)}
    found = receipts(ledger.entries(PROJECT), facts)
    assert [one.outcome for one in found] == ["paid", "paid", "free", "held"]
    assert [one.output_digest for one in found] == [digest, digest, None, None]
    assert {one.start_digest for one in found} == {digest}
    assert found[0].latency_s is not None
    assert found[0].latency_s > 0
    assert sum(one.spent_usd_micro for one in found) == ledger.totals(PROJECT).spent_usd_micro


def test_the_export_sums_to_the_ledger_and_holds_no_formulas(ledger: Ledger) -> None:
    rows = list(csv.DictReader(io.StringIO(entries_csv(ledger.entries(PROJECT)))))
    spent = sum(round(float(row["spent_usd"]) * 1_000_000) for row in rows)
    assert spent == ledger.totals(PROJECT).spent_usd_micro == 700_000
    assert "'=HYPERLINK(1)" in [row["note"] for row in rows]


def test_receipts_are_exported_in_dollars(ledger: Ledger) -> None:
    rows = list(csv.DictReader(io.StringIO(receipts_csv(receipts(ledger.entries(PROJECT))))))
    assert rows[0]["spent_usd"] == "0.35"
    assert rows[3]["outcome"] == "held"


def test_what_was_kept_has_a_price_a_second(ledger: Ledger) -> None:
    assert per_kept_second(ledger.totals(PROJECT).spent_usd_micro, 5.0) == 140_000
    assert per_kept_second(0, 0.0) is None
    assert spent_on_rejects({"take1": 350_000, "take2": 280_000}, kept=["take1"]) == 280_000


def test_waits_are_learnt_from_own_runs(ledger: Ledger) -> None:
    median, ninetieth = latencies_s(receipts(ledger.entries(PROJECT)))["kling-2.5-turbo-pro"]
    assert 0 < median <= ninetieth
