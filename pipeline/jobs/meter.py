"""How often an account may be asked for something new, counted by all processes together.

One row an account holds the time at which the next request would be due if all came evenly; a
request may come earlier by what the burst allows (the generic cell rate algorithm). It changes
only from the value that was read, so of two processes one goes first. A vendor that asks to
wait, or names a lower rate, is obeyed by all.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Float, Integer, String, Table, select, update

from pipeline.database import METADATA, Database
from pipeline.jobs.progress import insert_missing
from pipeline.providers.limits import Limits

METERS = Table(
    "request_meters",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("due_at", Float, nullable=False),
    Column("learnt_per_minute", Float, nullable=False),
    Column("learnt_burst", Integer, nullable=False),
    Column("learnt_until", Float, nullable=False),
)
NONE_YET: Mapping[str, Any] = {
    "due_at": 0.0,
    "learnt_per_minute": 0.0,
    "learnt_burst": 1,
    "learnt_until": 0.0,
}
LONGEST_WAIT_S = 600.0
"""A row that says more was written by a clock that went wrong, and is replaced."""


@dataclass(frozen=True)
class Rate:
    """Seconds between requests, and how many may come at once."""

    every_s: float
    burst: int

    @property
    def ahead_s(self) -> float:
        """How much earlier than due a request may come."""
        return (self.burst - 1) * self.every_s


class Meter:
    """The requests of all accounts to one vendor.

    Args:
        database: Where all processes count.
        limits: The vendor's.
    """

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits

    def take(self, account: str) -> float:
        """Take the right to one request: 0.0, or the seconds after which to ask again."""
        while True:
            now = time.time()
            row = self._row(account)
            rate = self._rate(row, now)
            due_at = min(row["due_at"], now + LONGEST_WAIT_S)
            wait_s = float(due_at - rate.ahead_s - now)
            if wait_s > 0:
                if due_at < row["due_at"]:
                    self._replace(account, row["due_at"], {"due_at": due_at})
                return wait_s
            values = {"due_at": max(due_at, now) + rate.every_s}
            if self._replace(account, row["due_at"], values):
                return 0.0

    def wait(self, account: str, seconds: float) -> None:
        """Let nobody ask for so long, as the vendor wishes."""
        self._postpone(account, seconds, {})

    def slow_down(self, account: str, per_minute: float, burst: int, seconds: float) -> None:
        """Believe a lower rate for a while, after a first wait."""
        learnt = {
            "learnt_per_minute": per_minute,
            "learnt_burst": max(1, burst),
            "learnt_until": time.time() + self._limits.learnt_for_s,
        }
        self._postpone(account, seconds, learnt)

    def _postpone(self, account: str, seconds: float, values: Mapping[str, Any]) -> None:
        while True:
            now, row = time.time(), self._row(account)
            # Nobody may ask before this; under another rate that stays so, whatever its burst.
            free_at = min(row["due_at"], now + LONGEST_WAIT_S) - self._rate(row, now).ahead_s
            rate = self._rate({**row, **values}, now)
            due_at = max(free_at, now + seconds) + rate.ahead_s
            if self._replace(account, row["due_at"], {**values, "due_at": due_at}):
                return

    def _rate(self, row: Mapping[str, Any], now: float) -> Rate:
        if row["learnt_until"] > now and row["learnt_per_minute"] > 0:
            return Rate(60.0 / row["learnt_per_minute"], row["learnt_burst"])
        return Rate(60.0 / self._limits.creates_per_minute, self._limits.burst)

    def _row(self, account: str) -> Mapping[str, Any]:
        with self._database.read() as connection:
            found = connection.execute(select(METERS).where(METERS.c.account == account))
            row = found.mappings().first()
        if row is not None:
            return dict(row)
        with self._database.begin() as connection:
            insert_missing(connection, METERS, [{"account": account, **NONE_YET}])
        return {"account": account, **NONE_YET}

    def _replace(self, account: str, due_at: float, values: Mapping[str, Any]) -> bool:
        same = (METERS.c.account == account, METERS.c.due_at == due_at)
        with self._database.begin() as connection:
            return connection.execute(update(METERS).where(*same).values(**values)).rowcount == 1
