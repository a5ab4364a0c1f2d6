"""The ledger's two tables and the statements on them.

``money_entry`` is insert-only and is the truth. ``money_budget`` holds the running sums, one row
a limit, so that the guard can be one conditional update.

    entry   key + phase unique: "open" (reserve, limit), "close" (settle, release), "late"
    budget  id = level:name, e.g. project:abc, stage:abc/generate, clip:abc/s1, day:2026-11-22
"""

from __future__ import annotations

import json
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.database import METADATA
from pipeline.model import Frozen

Level = Literal["clip", "stage", "project", "day", "studio"]
Kind = Literal["reserve", "settle", "release", "late", "limit"]
EVERY = "*"

ENTRIES = Table(
    "money_entry",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(200), nullable=False),
    Column("phase", String(8), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("at", String(40), nullable=False),
    Column("day", String(10), nullable=False),
    Column("project_id", String(64), nullable=False, index=True),
    Column("stage", String(40), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("model", String(120), nullable=False),
    Column("subjects", Text, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("level", String(8), nullable=False),
    Column("name", String(160), nullable=False),
    Column("limit_to", BigInteger, nullable=True),
    Column("author", String(120), nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("key", "phase", name="money_entry_once"),
)

BUDGETS = Table(
    "money_budget",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("limit_to", BigInteger, nullable=True),
    Column("held", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False),
)


class Scope(Frozen):
    """What a sum of money is for: every level of budget that it counts against.

    ``unit`` is the smallest thing bought (a slot's id); ``subject_ids`` are the characters in it.
    """

    project_id: str
    stage: str
    unit: str = ""
    model: str = ""
    subject_ids: tuple[str, ...] = ()


class Entry(Frozen):
    """One line of the ledger; amounts are changes in micro-dollars.

    ``kind`` "late" is a charge that became known after its reservation was released. For "limit",
    ``limit_usd_micro`` is the new limit (None: inherited again) of ``level`` and ``name``.
    """

    id: int
    key: str
    kind: Kind
    at: str
    project_id: str
    stage: str
    unit: str
    model: str
    subject_ids: tuple[str, ...]
    held_usd_micro: int
    spent_usd_micro: int
    level: str
    name: str
    limit_usd_micro: int | None
    by: str
    note: str


class Standing(Frozen):
    """Where one budget stands, in micro-dollars; ``limit_usd_micro`` None means unlimited."""

    level: Level
    spent_usd_micro: int
    held_usd_micro: int
    limit_usd_micro: int | None
    closed: bool

    @property
    def left_usd_micro(self) -> int | None:
        """What may still be reserved, never negative; None when unlimited."""
        if self.limit_usd_micro is None:
            return None
        if self.closed:
            return 0
        return max(0, self.limit_usd_micro - self.spent_usd_micro - self.held_usd_micro)


def names_of(scope: Scope, day: str) -> tuple[tuple[Level, str], ...]:
    """Every budget that a scope counts against, always in the same order, busiest row last."""
    clip: tuple[tuple[Level, str], ...] = (
        (("clip", f"{scope.project_id}/{scope.unit}"),) if scope.unit else ()
    )
    return (
        *clip,
        ("stage", f"{scope.project_id}/{scope.stage}"),
        ("project", scope.project_id),
        ("day", day),
        ("studio", ""),
    )


def budget_id(level: Level, name: str) -> str:
    return f"{level}:{name}"


def fallback_id(level: Level, name: str) -> str:
    """The row whose limit holds where a budget has none of its own."""
    owner, slash, _ = name.partition("/")
    return f"{level}:{owner}/{EVERY}" if slash else f"{level}:{EVERY}"


def write(connection: Connection, values: dict[str, Any]) -> bool:
    """Insert an entry; False when its key and phase are already written."""
    insert = _dialect(connection).insert(ENTRIES).values(**values)
    written = insert.on_conflict_do_nothing().returning(ENTRIES.c.id)
    return connection.execute(written).first() is not None


def ensure(connection: Connection, row_id: str) -> None:
    """Make sure that a budget row exists; several processes may do so at once."""
    insert = _dialect(connection).insert(BUDGETS)
    blank = insert.values(id=row_id, limit_to=None, held=0, spent=0, closed=False)
    connection.execute(blank.on_conflict_do_nothing())


def hold(connection: Connection, level: Level, name: str, amount: int, default: int) -> bool:
    """The guard: take an amount from a budget only if it fits. One conditional update.

    ``default`` is the limit of a project that has none; amounts are micro-dollars.
    """
    limit = limit_of(level, name, default)
    fits = (BUDGETS.c.spent + BUDGETS.c.held + amount) <= limit
    statement = (
        update(BUDGETS)
        .where(BUDGETS.c.id == budget_id(level, name))
        .where(BUDGETS.c.closed.is_(False))
        .where(limit.is_(None) | fits)
        .values(held=BUDGETS.c.held + amount)
    )
    return connection.execute(statement).rowcount == 1


def move(connection: Connection, row_id: str, held: int, spent: int) -> None:
    """Change a budget's sums without a guard: for what has already been decided or charged."""
    changed = update(BUDGETS).where(BUDGETS.c.id == row_id)
    connection.execute(changed.values(held=BUDGETS.c.held + held, spent=BUDGETS.c.spent + spent))


def limit_of(level: Level, name: str, default: int) -> ColumnElement[Any]:
    """A budget's limit as an SQL expression: its own, else the one for all its kind."""
    general = BUDGETS.alias("general")
    inherited = (
        select(general.c.limit_to).where(general.c.id == fallback_id(level, name)).scalar_subquery()
    )
    last = literal(default) if level == "project" else null()
    return func.coalesce(BUDGETS.c.limit_to, inherited, last)


def standing(connection: Connection, level: Level, name: str, default: int) -> Standing:
    """Where a budget stands now."""
    ensured = select(
        BUDGETS.c.spent, BUDGETS.c.held, BUDGETS.c.closed, limit_of(level, name, default)
    ).where(BUDGETS.c.id == budget_id(level, name))
    row = connection.execute(ensured).first()
    spent, held, closed, limit = (
        row if row else (0, 0, False, _bare(connection, level, name, default))
    )
    return Standing(
        level=level,
        spent_usd_micro=spent,
        held_usd_micro=held,
        limit_usd_micro=limit,
        closed=closed,
    )


def _bare(connection: Connection, level: Level, name: str, default: int) -> int | None:
    """The limit of a budget that nothing has used yet."""
    found: int | None = connection.execute(
        select(BUDGETS.c.limit_to).where(BUDGETS.c.id == fallback_id(level, name))
    ).scalar()
    return default if found is None and level == "project" else found


def scope_of(row: Any) -> Scope:
    """The scope of an entry, from its row."""
    return Scope(
        project_id=row.project_id,
        stage=row.stage,
        unit=row.unit,
        model=row.model,
        subject_ids=tuple(json.loads(row.subjects)),
    )


def entry_of(row: Any) -> Entry:
    """An entry as a value, from its row."""
    return Entry(
        id=row.id,
        key=row.key,
        kind=row.kind,
        at=row.at,
        project_id=row.project_id,
        stage=row.stage,
        unit=row.unit,
        model=row.model,
        subject_ids=tuple(json.loads(row.subjects)),
        held_usd_micro=row.held,
        spent_usd_micro=row.spent,
        level=row.level,
        name=row.name,
        limit_usd_micro=row.limit_to,
        by=row.author,
        note=row.note,
    )


def sums(connection: Connection, project_id: str | None) -> tuple[int, int]:
    """Held and spent according to the entries alone; all projects when None."""
    query = select(
        func.coalesce(func.sum(ENTRIES.c.held), 0), func.coalesce(func.sum(ENTRIES.c.spent), 0)
    )
    if project_id is not None:
        query = query.where(ENTRIES.c.project_id == project_id)
    held, spent = connection.execute(query).one()
    return int(held), int(spent)


def _dialect(connection: Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite
