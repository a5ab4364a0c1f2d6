from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.database import Database
from pipeline.errors import BadInput, BudgetRefused, InternalFault, StorageFailed
from pipeline.money.ledger import Ledger, Scope

PROJECT = "night-drive-00001"
DOLLAR = 1_000_000


def test_a_settled_request_costs_what_was_charged(ledger: Ledger, scope: Scope) -> None:
    ledger.reserve("a#1", scope, 700_000)
    assert ledger.totals(PROJECT).held_usd_micro == 700_000
    ledger.settle("a#1", 350_000)
    totals = ledger.totals(PROJECT)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == (350_000, 0)
    assert totals.left_usd_micro == 20 * DOLLAR - 350_000
    assert ledger.faults(PROJECT) == ()


def test_a_failure_costs_nothing(ledger: Ledger, scope: Scope) -> None:
    ledger.reserve("a#1", scope, 700_000)
    ledger.release("a#1", "moderation refused the content")
    totals = ledger.totals(PROJECT)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == (0, 0)
    assert ledger.entries(PROJECT)[-1].note == "moderation refused the content"


def test_a_request_in_doubt_keeps_its_reservation(ledger: Ledger, scope: Scope) -> None:
    ledger.set_limit("project", PROJECT, DOLLAR, by="me")
    ledger.reserve("a#1", scope, 700_000)
    with pytest.raises(BudgetRefused):
        ledger.reserve("a#2", scope, 700_000)


def test_a_refusal_says_which_limit_and_by_how_much(ledger: Ledger, scope: Scope) -> None:
    ledger.set_limit("project", PROJECT, DOLLAR, by="me")
    ledger.reserve("a#1", scope, 700_000)
    with pytest.raises(BudgetRefused, match=r"project's limit of \$1.00 by \$0.05"):
        ledger.reserve("a#2", scope, 350_000)
    assert len(ledger.entries(PROJECT)) == 2
    assert ledger.faults(PROJECT) == ()


def test_the_last_micro_dollar_can_be_used_and_not_one_more(ledger: Ledger, scope: Scope) -> None:
    ledger.set_limit("project", PROJECT, DOLLAR, by="me")
    ledger.reserve("a#1", scope, DOLLAR)
    with pytest.raises(BudgetRefused):
        ledger.reserve("a#2", scope, 1)


def test_a_project_without_a_limit_has_a_careful_one(ledger: Ledger, scope: Scope) -> None:
    with pytest.raises(BudgetRefused, match=r"\$20.00"):
        ledger.reserve("a#1", scope, 20 * DOLLAR + 1)
    assert ledger.totals(PROJECT).limit_usd_micro == 20 * DOLLAR


def test_reserving_twice_with_one_key_holds_the_money_once(ledger: Ledger, scope: Scope) -> None:
    for _ in range(3):
        ledger.reserve("a#1", scope, 350_000)
    for _ in range(3):
        ledger.settle("a#1", 350_000)
    assert ledger.totals(PROJECT).spent_usd_micro == 350_000
    assert len(ledger.entries(PROJECT)) == 2


def test_a_released_key_cannot_cover_a_new_request(ledger: Ledger, scope: Scope) -> None:
    ledger.reserve("a#1", scope, 350_000)
    ledger.release("a#1", "busy")
    with pytest.raises(InternalFault):
        ledger.reserve("a#1", scope, 350_000)


def test_what_was_paid_cannot_be_released(ledger: Ledger, scope: Scope) -> None:
    ledger.reserve("a#1", scope, 350_000)
    ledger.settle("a#1", 350_000)
    with pytest.raises(InternalFault):
        ledger.release("a#1", "changed my mind")


def test_settling_what_was_never_reserved_is_a_defect(ledger: Ledger) -> None:
    with pytest.raises(InternalFault):
        ledger.settle("nobody", 1)


def test_a_charge_above_its_reservation_is_kept_and_closes_the_budget(
    ledger: Ledger, scope: Scope
) -> None:
    ledger.reserve("a#1", scope, 350_000)
    ledger.settle("a#1", 700_000)
    totals = ledger.totals(PROJECT)
    assert (totals.spent_usd_micro, totals.left_usd_micro, totals.closed) == (700_000, 0, True)
    with pytest.raises(BudgetRefused, match="closed"):
        ledger.reserve("a#2", scope, 1)
    ledger.set_limit("project", PROJECT, 5 * DOLLAR, by="me")
    ledger.reserve("a#2", scope, 1)


def test_a_charge_that_shows_up_after_a_release_is_recorded(ledger: Ledger, scope: Scope) -> None:
    ledger.reserve("a#1", scope, 350_000)
    ledger.release("a#1", "no trace of it")
    ledger.settle("a#1", 350_000)
    ledger.settle("a#1", 350_000)
    assert ledger.totals(PROJECT).spent_usd_micro == 350_000
    assert ledger.entries(PROJECT)[-1].kind == "late"
    assert ledger.totals(PROJECT).closed
    assert ledger.faults(PROJECT) == ()


@pytest.mark.parametrize(
    ("level", "name", "words"),
    [
        ("clip", f"{PROJECT}/s1", "this clip's limit"),
        ("clip", f"{PROJECT}/*", "this clip's limit"),
        ("stage", f"{PROJECT}/generate", "this stage's limit"),
        ("day", "2026-11-22", "today's limit"),
        ("day", "*", "today's limit"),
        ("studio", "", "the studio's limit"),
    ],
)
def test_every_level_can_refuse(
    database: Database, scope: Scope, level: str, name: str, words: str
) -> None:
    ledger = Ledger(database, clock=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    ledger.set_limit(level, name, 300_000, by="me")  # type: ignore[arg-type]
    with pytest.raises(BudgetRefused, match=words):
        ledger.reserve("a#1", scope, 300_001)
    assert ledger.totals(PROJECT).held_usd_micro == 0
    ledger.reserve("a#1", scope, 300_000)


def test_the_meter_says_which_limit_is_nearest(ledger: Ledger, scope: Scope) -> None:
    ledger.set_limit("studio", "", 2 * DOLLAR, by="owner")
    ledger.reserve("a#1", scope, DOLLAR)
    totals = ledger.totals(PROJECT)
    assert (totals.left_usd_micro, totals.bound_by) == (DOLLAR, "studio")


def test_a_new_day_opens_the_days_limit_and_a_clock_set_back_does_not(
    database: Database, scope: Scope
) -> None:
    now = [datetime(2026, 11, 22, 23, 59, tzinfo=UTC)]
    ledger = Ledger(database, clock=lambda: now[0])
    ledger.set_limit("day", "*", DOLLAR, by="me")
    ledger.reserve("a#1", scope, DOLLAR)
    now[0] += timedelta(minutes=2)
    ledger.reserve("a#2", scope, DOLLAR)
    ledger.settle("a#1", DOLLAR)
    now[0] -= timedelta(days=1)
    with pytest.raises(BudgetRefused, match="today's limit"):
        ledger.reserve("a#3", scope, 1)


def test_a_settlement_after_midnight_counts_for_the_day_of_its_reservation(
    database: Database, scope: Scope
) -> None:
    now = [datetime(2026, 11, 22, 23, 59, tzinfo=UTC)]
    ledger = Ledger(database, clock=lambda: now[0])
    ledger.set_limit("day", "*", DOLLAR, by="me")
    ledger.reserve("a#1", scope, DOLLAR)
    now[0] += timedelta(minutes=2)
    ledger.settle("a#1", DOLLAR)
    ledger.reserve("a#2", scope, DOLLAR)


def test_raising_a_limit_has_its_own_entry(ledger: Ledger) -> None:
    ledger.set_limit("project", PROJECT, 30 * DOLLAR, by="Ada")
    entry = ledger.entries(PROJECT)[-1]
    assert (entry.kind, entry.limit_usd_micro, entry.by) == ("limit", 30 * DOLLAR, "Ada")


@pytest.mark.parametrize("limit", [-1, 100_000 * DOLLAR + 1])
def test_an_absurd_limit_is_refused(ledger: Ledger, limit: int) -> None:
    with pytest.raises(BadInput):
        ledger.set_limit("project", PROJECT, limit, by="me")


def test_free_work_goes_on_when_the_budget_is_used_up(ledger: Ledger, scope: Scope) -> None:
    ledger.set_limit("project", PROJECT, 0, by="me")
    ledger.reserve("preview", scope, 0)
    ledger.settle("preview", 0)
    with pytest.raises(BudgetRefused):
        ledger.reserve("paid", scope, 1)


def test_intent_and_reservation_share_one_transaction(
    database: Database, ledger: Ledger, scope: Scope
) -> None:
    with database.engine.connect() as connection:
        ledger.reserve("a#1", scope, 350_000, connection)
        connection.rollback()
    assert ledger.totals(PROJECT).held_usd_micro == 0


def test_a_refusal_inside_a_larger_transaction_leaves_nothing_of_itself(
    database: Database, ledger: Ledger, scope: Scope
) -> None:
    ledger.set_limit("project", PROJECT, DOLLAR, by="me")
    with database.begin() as connection:
        with pytest.raises(BudgetRefused):
            ledger.reserve("a#1", scope, 2 * DOLLAR, connection)
        ledger.reserve("a#2", scope, DOLLAR, connection)
    assert [entry.key for entry in ledger.entries(PROJECT)][1:] == ["a#2"]
    assert ledger.faults(PROJECT) == ()


def test_spending_is_split_without_losing_a_micro_dollar(ledger: Ledger) -> None:
    both = Scope(project_id=PROJECT, stage="generate", unit="s1", subject_ids=("maya", "leo", "io"))
    ledger.reserve("a#1", both, 350_000)
    ledger.settle("a#1", 350_000)
    by_subject = ledger.spent_by(PROJECT, "subject")
    assert by_subject == {"maya": 116_668, "leo": 116_666, "io": 116_666}
    assert ledger.spent_by(PROJECT, "unit") == {"s1": 350_000}


def test_reading_the_meter_does_not_wait_for_a_writer(
    database: Database, ledger: Ledger, scope: Scope
) -> None:
    ledger.reserve("a#1", scope, 350_000)
    with database.begin() as connection:
        ledger.reserve("a#2", scope, 350_000, connection)
        assert ledger.totals(PROJECT).held_usd_micro == 350_000


def test_a_ledger_that_cannot_be_used_refuses_in_words(database: Database, scope: Scope) -> None:
    ledger = Ledger(database)
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE money_budget RENAME TO money_budget_away")
    try:
        with pytest.raises(StorageFailed, match="nothing was bought"):
            ledger.reserve("a#1", scope, 350_000)
        assert ledger.entries(PROJECT) == ()
    finally:
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE money_budget_away RENAME TO money_budget")
