"""A project's language model is wired to the studio's own ledger, validator and board."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cache import Index
from pipeline.database import Database
from pipeline.errors import BadInput, BudgetRefused, Cancelled, CredentialsRefused, StudioError
from pipeline.model import Slot
from pipeline.money.ledger import Ledger
from pipeline.planning.directing import Board, Links, quote_usd_micro, write_plan
from pipeline.planning.inputs import PlanInputs
from pipeline.project import Project, new_project_id

FAKE: Any = sys.modules["fake_openai_server"]  # loaded by the conftest beside this file
KEY = "sk-canary-0123456789abcdef"
Song = Callable[..., tuple[Slot, ...]]
Facts = Callable[..., PlanInputs]


@pytest.fixture
def project() -> Project:
    return Project(id=new_project_id(), title="t", created_at="now", planner="openai")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    database = Database(f"sqlite:///{tmp_path / 'money.sqlite'}")
    database.create_tables()
    yield Ledger(database)
    database.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    index.close()


@pytest.fixture
def pop(song: Song, facts: Facts) -> PlanInputs:
    return facts(song())


def ignore(fraction: float, note: str) -> None:
    assert 0 <= fraction <= 1
    assert KEY not in note


def links(server: Any, ledger: Ledger, index: Index, **given: Any) -> Links:
    usual = {"key": KEY, "report": ignore, "base_url": server.url}
    return Links(**{**usual, "ledger": ledger, "index": index, **given})


def test_a_plan_is_booked_in_the_ledger_below_its_quote(
    project: Project, ledger: Ledger, index: Index, song: Song, facts: Facts
) -> None:
    with FAKE.FakeOpenAI() as server:
        plan = write_plan(project, facts(song()), links(server, ledger, index))
    totals = ledger.totals(project.id)
    assert len(plan.shots) == len(song())
    assert totals.held_usd_micro == 0
    assert 0 < totals.spent_usd_micro <= quote_usd_micro(project, facts(song()))
    assert Board(index, project.id).shots() == ()


def test_shots_stand_on_the_board_while_the_plan_is_written(
    project: Project, ledger: Ledger, index: Index, song: Song, facts: Facts
) -> None:
    seen: list[int] = []

    def look(fraction: float, note: str) -> None:
        seen.append(len(Board(index, project.id).shots()))

    with FAKE.FakeOpenAI() as server:
        write_plan(project, facts(song()), links(server, ledger, index, report=look))
    assert seen[0] == 1


def test_a_wait_in_the_middle_takes_nothing_from_the_progress(
    project: Project, ledger: Ledger, index: Index, song: Song, facts: Facts
) -> None:
    heard: list[tuple[float, str]] = []

    def note(fraction: float, words: str) -> None:
        heard.append((fraction, words))

    manners = FAKE.Manners(["truncated", "busy_after"], retry_after="0.1")
    with FAKE.FakeOpenAI(manners) as server:
        write_plan(project, facts(song()), links(server, ledger, index, report=note))
    waits = [fraction for fraction, words in heard if "asks to wait" in words]
    assert waits
    assert min(waits) > 0


def test_a_cancel_stops_the_plan_and_books_what_is_in_doubt(
    project: Project, ledger: Ledger, index: Index, song: Song, facts: Facts
) -> None:
    def cancel(fraction: float, note: str) -> None:
        raise Cancelled("Stopped.")

    with FAKE.FakeOpenAI() as server, pytest.raises(Cancelled):
        write_plan(project, facts(song()), links(server, ledger, index, report=cancel))
    assert ledger.totals(project.id).held_usd_micro == 0
    assert ledger.totals(project.id).spent_usd_micro > 0


def test_a_limit_stops_it_before_anything_is_sent(
    project: Project, ledger: Ledger, index: Index, song: Song, facts: Facts
) -> None:
    ledger.set_limit("project", project.id, 1_000, "person")
    with FAKE.FakeOpenAI() as server, pytest.raises(BudgetRefused):
        write_plan(project, facts(song()), links(server, ledger, index))
    assert server.plans_asked == 0


@pytest.mark.parametrize("fault", ["dropped", "prose", "unknown_people"])
def test_lost_and_unusable_answers_never_cost_more_than_the_price_that_was_told(
    fault: str, project: Project, ledger: Ledger, index: Index, pop: PlanInputs
) -> None:
    told = quote_usd_micro(project, pop)
    with FAKE.FakeOpenAI(FAKE.Manners(always=fault)) as server:
        with contextlib.suppress(StudioError):
            write_plan(project, pop, links(server, ledger, index))
        assert server.plans_asked >= 1
    totals = ledger.totals(project.id)
    assert 0 < totals.spent_usd_micro <= told
    assert totals.held_usd_micro == 0


def test_without_a_key_or_a_price_it_says_what_to_do(
    project: Project, ledger: Ledger, index: Index, facts: Facts, song: Song
) -> None:
    with FAKE.FakeOpenAI() as server:
        with pytest.raises(CredentialsRefused, match="key"):
            write_plan(project, facts(song()), links(server, ledger, index, key=None))
        unknown = project.model_copy(update={"planner_model": "llama-99"})
        with pytest.raises(BadInput, match="price"):
            write_plan(unknown, facts(song()), links(server, ledger, index))
