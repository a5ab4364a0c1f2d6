"""A short walk through the chaos of ``make chaos``: few kills, the same counting."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]

SCRIPT = Path(__file__).with_name("chaos.py")
SHORT = ("--kills", "3", "--clips", "8", "--songs", "1", "--every", "3", "6")


def toll(*arguments: str) -> dict[str, int]:
    """What the kills did; the script itself fails when anything was paid twice or lost."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *SHORT, *arguments],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr[-4000:]
    counted: dict[str, int] = json.loads(run.stdout.splitlines()[-1])
    return counted


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["one", "two"])
def test_kills_on_one_machine_pay_nothing_twice_and_lose_nothing(mode: str) -> None:
    counted = toll("--mode", mode, "--drop", "0.3")

    assert counted["kills"] >= 1
    assert counted["creations"] == counted["clips"] == 8
    assert counted["paid_twice"] == counted["lost"] == counted["over_budget"] == 0


@pytest.mark.slow
@pytest.mark.postgres
def test_workers_that_never_return_cost_nothing_twice(postgres_url: str) -> None:
    name = f"stuck_{secrets.token_hex(4)}"
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    address = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    counted = toll("--mode", "stuck", "--database", address)

    assert counted["stops"] >= 1
    assert counted["paid_twice"] == counted["lost"] == counted["over_budget"] == 0


@pytest.mark.slow
@pytest.mark.postgres
def test_kills_of_workers_on_postgres_pay_nothing_twice(postgres_url: str) -> None:
    counted = toll("--mode", "postgres", "--database", postgres_url)

    assert counted["kills"] >= 1
    assert counted["creations"] == 8
    assert counted["paid_twice"] == counted["lost"] == counted["over_budget"] == 0
