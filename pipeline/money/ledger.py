"""The ledger: no paid request leaves without a reservation, and no limit is ever passed.

    reserve(worst case) ──> request ──> settle(actual) │ release(why)
                               └── in doubt: the reservation simply stays

Nested limits are taken in one transaction and always in the same order (clip, stage, project,
day, studio), so that two processes cannot wait for each other. One reservation a transaction.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import DatabaseError

from pipeline.database import Database
from pipeline.errors import InternalFault, StorageFailed
from pipeline.model import Frozen
from pipeline.money import books, rules
from pipeline.money.books import BUDGETS, ENTRIES, Entry, Kind, Level, Scope
from pipeline.money.rules import Dimension
from pipeline.money.usd import MICRO_PER_USD, exact

__all__ = ["Dimension", "Entry", "Ledger", "Scope", "Totals"]

DEFAULT_PROJECT_USD_MICRO = 20 * MICRO_PER_USD


class Totals(Frozen):
    """A project's meter in micro-dollars.

    ``left_usd_micro`` is what may still be reserved under the tightest of the project's, the
    day's and the studio's limits; ``bound_by`` says which. ``closed`` means that a charge came in
    above its reservation: nothing more is bought until a person sets the limit anew.
    """

    spent_usd_micro: int
    held_usd_micro: int
    limit_usd_micro: int
    left_usd_micro: int
    bound_by: Level = "project"
    closed: bool = False


class Ledger:
    """Reservations and charges of every project of a studio. Safe to use from many processes.

    Args:
        database: Where the books are kept; its tables must exist.
        clock: The time now, aware of its zone. Only the day's limit depends on it, by the UTC
            date of the reservation: a clock set back meets the sums already kept for that day.
        default_usd_micro: Limit of a project for which nobody has set one.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        default_usd_micro: int = DEFAULT_PROJECT_USD_MICRO,
    ) -> None:
        self._database = database
        self._clock = clock
        self._default = default_usd_micro

    def reserve(
        self, key: str, scope: Scope, worst_usd_micro: int, connection: Connection | None = None
    ) -> None:
        """Set the worst case aside before a request; a second call with the key does nothing.

        Raises:
            BudgetRefused: a limit would be passed; nothing was written.
            InternalFault: the key's reservation was released, or is for another amount.
        """
        rules.check_amount(worst_usd_micro)
        with self._within(connection) as inside:
            values = self._entry(key, "reserve", scope) | {"held": worst_usd_micro}
            if not books.write(inside, values):
                self._check_same(inside, key, worst_usd_micro)
            elif worst_usd_micro:
                for level, name in books.names_of(scope, values["day"]):
                    self._hold(inside, level, name, worst_usd_micro)

    def settle(self, key: str, actual_usd_micro: int, connection: Connection | None = None) -> None:
        """Turn a reservation into what was charged; a second call with the same amount is free.

        A charge above the reservation is recorded in full and closes the project's budget. A
        charge that becomes known after a release is recorded as late.
        """
        rules.check_charge(actual_usd_micro)
        with self._within(connection) as inside:
            opened = _opened(inside, key)
            closing = {"held": -opened.held, "spent": actual_usd_micro}
            if self._close(inside, opened, "settle", closing):
                return
            closed = _phase(inside, key, "close")
            if closed is not None and closed.kind == "release":
                self._close(inside, opened, "late", {"held": 0, "spent": actual_usd_micro})
            elif closed is None or closed.spent != actual_usd_micro:
                raise InternalFault(f"The request {key} was settled twice with two amounts.")

    def release(self, key: str, reason: str, connection: Connection | None = None) -> None:
        """Give a reservation back, because it is certain that nothing was charged."""
        with self._within(connection) as inside:
            opened = _opened(inside, key)
            closing = {"held": -opened.held, "spent": 0, "note": reason[:500]}
            if not self._close(inside, opened, "release", closing):
                closed = _phase(inside, key, "close")
                if closed is None or closed.kind != "release":
                    raise InternalFault(f"The request {key} is already paid.")

    def set_limit(
        self,
        level: Level,
        name: str,
        limit_usd_micro: int | None,
        by: str,
        connection: Connection | None = None,
    ) -> None:
        """Set, raise, lower or (None) inherit a limit: an act of a person, with its own entry.

        Args:
            level: "studio" (name ""), "day" (an ISO date), "project" (its id), "stage"
                (``project/stage``) or "clip" (``project/unit``). A ``*`` for the last part sets
                the limit of all that have none of their own.
            name: Which one, as above.
            limit_usd_micro: The new limit; 0 allows nothing that costs.
            by: Who did it.
            connection: The caller's transaction, if it is to be part of one.
        """
        rules.check_limit(level, name, limit_usd_micro)
        row_id = books.budget_id(level, name)
        owner = "" if level in ("studio", "day") else name.partition("/")[0]
        scope = Scope(project_id="" if owner == books.EVERY else owner, stage="")
        said = {"level": level, "name": name, "limit_to": limit_usd_micro, "author": by[:120]}
        with self._within(connection) as inside:
            books.write(inside, self._entry(secrets.token_hex(12), "limit", scope) | said)
            books.ensure(inside, row_id)
            inside.execute(
                update(BUDGETS)
                .where(BUDGETS.c.id == row_id)
                .values(limit_to=limit_usd_micro, closed=False)
            )

    def totals(self, project_id: str, connection: Connection | None = None) -> Totals:
        """The meter of a project, from the running sums."""
        with self._reading(connection) as inside:
            project = books.standing(inside, "project", project_id, self._default)
            others = (
                books.standing(inside, "day", self._day(), self._default),
                books.standing(inside, "studio", "", self._default),
            )
        bounds = [(rules.room(one), one.level) for one in (project, *others)]
        left, bound_by = min(bounds, key=lambda bound: bound[0])
        return Totals(
            spent_usd_micro=project.spent_usd_micro,
            held_usd_micro=project.held_usd_micro,
            limit_usd_micro=project.limit_usd_micro or 0,
            left_usd_micro=left,
            bound_by=bound_by,
            closed=project.closed,
        )

    def entries(self, project_id: str) -> tuple[Entry, ...]:
        """Every line that concerns a project, oldest first."""
        query = select(ENTRIES).where(ENTRIES.c.project_id == project_id).order_by(ENTRIES.c.id)
        with self._reading(None) as inside:
            return tuple(books.entry_of(row) for row in inside.execute(query))

    def spent_by(self, project_id: str, dimension: Dimension) -> dict[str, int]:
        """Micro-dollars spent, by stage, model, unit or subject; the parts sum to the whole."""
        spent: dict[str, int] = {}
        for entry in self.entries(project_id):
            for name, amount in rules.shares(entry, dimension):
                spent[name] = spent.get(name, 0) + amount
        return {name: amount for name, amount in spent.items() if amount}

    def faults(self, project_id: str) -> tuple[str, ...]:
        """Where running sums and entries disagree, as sentences; empty when the books close."""
        with self._reading(None) as inside:
            held, spent = books.sums(inside, project_id)
            kept = books.standing(inside, "project", project_id, self._default)
        pairs = (("held", held, kept.held_usd_micro), ("spent", spent, kept.spent_usd_micro))
        return tuple(
            f"{word}: the entries say {exact(by_entries)}, the meter {exact(by_sums)}."
            for word, by_entries, by_sums in pairs
            if by_entries != by_sums
        )

    @contextmanager
    def _within(self, connection: Connection | None) -> Iterator[Connection]:
        """Own transaction, or a savepoint in the caller's: a refusal leaves nothing behind."""
        with _storage_errors():
            if connection is None:
                with self._database.begin() as own:
                    yield own
            else:
                with connection.begin_nested():
                    yield connection

    @contextmanager
    def _reading(self, connection: Connection | None) -> Iterator[Connection]:
        with _storage_errors():
            if connection is None:
                with self._database.read() as own:
                    yield own
            else:
                yield connection

    def _day(self) -> str:
        return self._clock().astimezone(UTC).date().isoformat()

    def _entry(self, key: str, kind: Kind, scope: Scope) -> dict[str, Any]:
        return {
            "key": key,
            "phase": {"settle": "close", "release": "close", "late": "late"}.get(kind, "open"),
            "kind": kind,
            "at": self._clock().astimezone(UTC).isoformat(timespec="milliseconds"),
            "day": self._day(),
            "project_id": scope.project_id,
            "stage": scope.stage,
            "unit": scope.unit,
            "model": scope.model,
            "subjects": json.dumps(scope.subject_ids),
            "held": 0,
            "spent": 0,
            "level": "",
            "name": "",
            "limit_to": None,
            "author": "",
            "note": "",
        }

    def _hold(self, connection: Connection, level: Level, name: str, amount: int) -> None:
        if books.hold(connection, level, name, amount, self._default):
            return
        books.ensure(connection, books.budget_id(level, name))
        if not books.hold(connection, level, name, amount, self._default):
            raise rules.refusal(books.standing(connection, level, name, self._default), amount)

    def _close(
        self, connection: Connection, opened: Row[Any], kind: Kind, change: dict[str, Any]
    ) -> bool:
        scope = books.scope_of(opened)
        values = self._entry(opened.key, kind, scope) | {"day": opened.day} | change
        if not books.write(connection, values):
            return False
        held, spent = values["held"], values["spent"]
        if held or spent:
            for level, name in books.names_of(scope, opened.day):
                row_id = books.budget_id(level, name)
                books.ensure(connection, row_id)
                books.move(connection, row_id, held, spent)
        if spent > -held:
            _shut(connection, scope.project_id)
        return True

    def _check_same(self, connection: Connection, key: str, amount: int) -> None:
        closed = _phase(connection, key, "close")
        if closed is not None and closed.kind == "release":
            raise InternalFault(f"The reservation {key} was released; use a new key.")
        if _opened(connection, key).held != amount:
            raise InternalFault(f"The reservation {key} exists with another amount.")


@contextmanager
def _storage_errors() -> Iterator[None]:
    """A ledger that cannot be used refuses in words: without it nothing is bought."""
    try:
        yield
    except DatabaseError as exc:
        raise StorageFailed(
            "The ledger cannot be read or written, so nothing was bought.",
            "Check the disk, or that the database answers; then do it again.",
        ) from exc


def _phase(connection: Connection, key: str, phase: str) -> Row[Any] | None:
    query = select(ENTRIES).where(ENTRIES.c.key == key, ENTRIES.c.phase == phase)
    return connection.execute(query).first()


def _opened(connection: Connection, key: str) -> Row[Any]:
    row = _phase(connection, key, "open")
    if row is None or row.kind != "reserve":
        raise InternalFault(f"No reservation was made for the request {key}.")
    return row


def _shut(connection: Connection, project_id: str) -> None:
    project = books.budget_id("project", project_id)
    connection.execute(update(BUDGETS).where(BUDGETS.c.id == project).values(closed=True))
