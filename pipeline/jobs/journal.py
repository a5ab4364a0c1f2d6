"""The journal of attempts: what was asked of a vendor, written before it is asked.

    INTENT ──POST──> CREATED ──> SETTLED   charged; the ledger knows how much
       │                └──────> RELEASED  ended without a charge
       ├── refused ───> REFUSED            the vendor said no before it accepted
       └── unknown ───> DOUBT ──found──> CREATED
                          ├── not there, certain ──> VOID
                          └── cannot be told ──────> HOLD

A row and the ledger's line change in one transaction. Every change names the state that it
leaves, so of two processes at the same attempt one wins and the other looks again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    String,
    Table,
    Text,
    func,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from pipeline.database import METADATA, Database
from pipeline.errors import StorageFailed
from pipeline.jobs.marks import unmarked
from pipeline.money.ledger import Ledger, Scope
from pipeline.stage import canonical, digest_of

INTENT, CREATED, SETTLED, RELEASED = "intent", "created", "settled", "released"
REFUSED, DOUBT, VOID, HOLD = "refused", "doubt", "void", "hold"
UNKNOWN = (INTENT, DOUBT, HOLD)
OPEN = (*UNKNOWN, CREATED)
WAITED = ("busy", "credit", "unsent")
"""Endings that are waited out and count as no try."""
LEARN_FROM = 50
WORDS_LIMIT = 2000

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("order_key", String(80), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("account", String(64), nullable=False),
    Column("model", String(60), nullable=False),
    Column("slug", String(160), nullable=False),
    Column("match_json", Text, nullable=False),
    Column("match_digest", String(64), nullable=False, index=True),
    Column("asked_at", Float, nullable=False),
    Column("empty_at", Float),
    Column("prediction_id", String(120), unique=True),
    Column("created_at", Float),
    Column("ended_at", Float),
    Column("reserved_usd_micro", BigInteger, nullable=False),
    Column("charged_usd_micro", BigInteger),
    Column("ending", String(12), nullable=False, default=""),
    Column("kind", String(40), nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("way_out", Text, nullable=False, default=""),
)


@dataclass(frozen=True)
class Attempt:
    """One row. Times are seconds since the epoch, ``empty_at`` that of the first empty look.

    ``account`` is the fingerprint of the key that asked; ``match_json`` holds the plain inputs by
    which the vendor's list is searched. ``ending`` says why it ended without a
    result; ``kind``, ``message`` and ``way_out`` are its error.
    """

    order_key: str
    n: int
    state: str
    account: str
    model: str
    slug: str
    match_json: str
    match_digest: str
    asked_at: float
    empty_at: float | None
    prediction_id: str | None
    created_at: float | None
    ended_at: float | None
    reserved_usd_micro: int
    charged_usd_micro: int | None
    ending: str
    kind: str
    message: str
    way_out: str

    @property
    def ledger_key(self) -> str:
        return f"{self.order_key}#{self.n}"


@dataclass(frozen=True)
class Intent:
    """What is about to be asked: the row to be written and what is set aside for it."""

    order_key: str
    n: int
    account: str
    model: str
    slug: str
    match: Mapping[str, Any]
    asked_at: float
    scope: Scope
    worst_usd_micro: int


@dataclass(frozen=True)
class Ending:
    """Why an attempt ended without a charge, for the row and for people."""

    ending: str
    kind: str = ""
    message: str = ""
    way_out: str = ""

    @property
    def values(self) -> dict[str, str]:
        return {
            "ending": self.ending,
            "kind": self.kind,
            "message": self.message[:WORDS_LIMIT],
            "way_out": self.way_out[:WORDS_LIMIT],
        }


class Journal:
    """Every read and write of attempts; each method is one transaction.

    Args:
        database: Where it is kept; its tables must exist.
        ledger: The money that goes with it, in the same database.
    """

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self.database = database
        self._ledger = ledger

    def latest(self, order_key: str) -> Attempt | None:
        """The newest attempt at an order."""
        query = select(ATTEMPTS).where(ATTEMPTS.c.order_key == order_key)
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(ATTEMPTS.c.n.desc()).limit(1))
            found = rows.mappings().first()
        return None if found is None else Attempt(**dict(found))

    def tries(self, order_key: str) -> int:
        """How often an order was tried for nothing; waiting for a busy vendor does not count."""
        query = select(func.count()).where(
            ATTEMPTS.c.order_key == order_key,
            ATTEMPTS.c.state.in_((VOID, RELEASED, REFUSED)),
            ATTEMPTS.c.ending.not_in(WAITED),
        )
        with self.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def first_asked_at(self, order_key: str) -> float:
        """When the present row of attempts that had to wait began; infinite when there is none."""
        query = (
            select(ATTEMPTS.c.asked_at, ATTEMPTS.c.ending)
            .where(ATTEMPTS.c.order_key == order_key)
            .order_by(ATTEMPTS.c.n.desc())
        )
        began = float("inf")
        with self.database.read() as connection:
            for asked_at, ending in connection.execute(query):
                if ending not in WAITED:
                    break
                began = asked_at
        return began

    def begin(self, intent: Intent) -> bool:
        """Write the intent and set the worst case aside; False when another process did.

        Raises:
            BudgetRefused: A limit would be passed; nothing was written.
        """
        row = {
            "order_key": intent.order_key,
            "n": intent.n,
            "state": INTENT,
            "account": intent.account,
            "model": intent.model,
            "slug": intent.slug,
            "match_json": json.dumps(dict(intent.match)),
            "match_digest": digest_of(
                {"slug": intent.slug, "inputs": canonical(unmarked(intent.match))}
            ),
            "asked_at": intent.asked_at,
            "reserved_usd_micro": intent.worst_usd_micro,
        }
        key = f"{intent.order_key}#{intent.n}"
        try:
            with outages_as_they_are(), self.database.begin() as connection:
                connection.execute(ATTEMPTS.insert().values(**row))
                self._ledger.reserve(key, intent.scope, intent.worst_usd_micro, connection)
        except IntegrityError:
            return False
        return True

    def created(self, attempt: Attempt, prediction_id: str, now: float) -> bool:
        """Claim a prediction for an attempt; False when either belongs to another by now."""
        values = {"state": CREATED, "prediction_id": prediction_id, "created_at": now}
        try:
            with self.database.begin() as connection:
                return _move(connection, attempt, UNKNOWN, values)
        except IntegrityError:
            return False

    def doubt(self, attempt: Attempt) -> bool:
        """Nobody knows whether it was accepted; the reservation stays."""
        with self.database.begin() as connection:
            return _move(connection, attempt, (INTENT, HOLD), {"state": DOUBT})

    def hold(self, attempt: Attempt, message: str) -> bool:
        """Leave it to the person; the reservation stays."""
        values = {"state": HOLD, "message": message[:WORDS_LIMIT], "empty_at": None}
        with self.database.begin() as connection:
            return _move(connection, attempt, (INTENT, DOUBT), values)

    def empty_look(self, attempt: Attempt, now: float) -> None:
        """Remember when it was first certain to be missing from the vendor's list."""
        with self.database.begin() as connection:
            _move(connection, attempt, (INTENT, DOUBT), {"state": DOUBT, "empty_at": now})

    def give_up(self, attempt: Attempt, state: str, ending: Ending, now: float) -> bool:
        """End an attempt for which nothing is charged: REFUSED, VOID or RELEASED."""
        before = (CREATED,) if state == RELEASED else UNKNOWN
        values = {"state": state, "ended_at": now, **ending.values}
        with outages_as_they_are(), self.database.begin() as connection:
            if not _move(connection, attempt, before, values):
                return False
            reason = f"{ending.ending}: {ending.message}"
            self._ledger.release(attempt.ledger_key, reason, connection)
        return True

    def settle(self, attempt: Attempt, charged_usd_micro: int, now: float) -> bool:
        """Record what was charged; what a person settles may have no prediction."""
        values = {"state": SETTLED, "charged_usd_micro": charged_usd_micro, "ended_at": now}
        with outages_as_they_are(), self.database.begin() as connection:
            if not _move(connection, attempt, OPEN, values):
                return False
            self._ledger.settle(attempt.ledger_key, charged_usd_micro, connection)
        return True

    def claimed(self, prediction_ids: Collection[str]) -> frozenset[str]:
        """Those predictions that an attempt owns."""
        query = select(ATTEMPTS.c.prediction_id).where(
            ATTEMPTS.c.prediction_id.in_(tuple(prediction_ids))
        )
        with self.database.read() as connection:
            return frozenset(connection.scalars(query))

    def rivals(self, attempt: Attempt) -> int:
        """How many attempts wait for a prediction with equal inputs, this one included."""
        query = select(func.count()).where(
            ATTEMPTS.c.match_digest == attempt.match_digest, ATTEMPTS.c.state.in_(UNKNOWN)
        )
        with self.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def in_flight(self, account: str) -> int:
        """How many predictions of an account are being followed."""
        query = select(func.count()).where(
            ATTEMPTS.c.account == account, ATTEMPTS.c.state == CREATED
        )
        with self.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def latencies_s(self, model: str) -> tuple[float, ...]:
        """Seconds that the last clips of a model took, sorted."""
        query = (
            select(ATTEMPTS.c.ended_at - ATTEMPTS.c.created_at)
            .where(ATTEMPTS.c.model == model, ATTEMPTS.c.state == SETTLED)
            .where(ATTEMPTS.c.created_at.is_not(None))
            .order_by(ATTEMPTS.c.ended_at.desc())
            .limit(LEARN_FROM)
        )
        with self.database.read() as connection:
            return tuple(sorted(float(one) for one in connection.scalars(query)))


@contextmanager
def outages_as_they_are() -> Iterator[None]:
    """Let a database that is away be seen as such: the engine waits it out, words would not."""
    try:
        yield
    except StorageFailed as error:
        if isinstance(error.__cause__, DBAPIError):
            raise error.__cause__ from error
        raise


def _move(
    connection: Connection, attempt: Attempt, before: tuple[str, ...], values: Mapping[str, Any]
) -> bool:
    moved = connection.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.order_key == attempt.order_key, ATTEMPTS.c.n == attempt.n)
        .where(ATTEMPTS.c.state.in_(before))
        .values(**values)
    )
    return moved.rowcount == 1
