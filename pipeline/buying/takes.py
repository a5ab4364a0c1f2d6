"""Takes: every generation of a shot, kept for ever. A picked take is one pointer in the project.

A take is written when it is ordered and gets its clip when that has landed and was checked.
Nothing is overwritten but a take's own state; rejecting one keeps its file.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from cache.store import blobs_in
from pipeline.database import METADATA, Database
from pipeline.model import Blob, Clip, Frozen
from pipeline.money.retries import Tried
from pipeline.project import Project
from pipeline.stage import digest_of

TakeState = Literal["ordered", "running", "done", "failed", "held", "cancelled"]
PREVIEW_PICK = "preview"
UNDER_WAY = ("ordered", "running")
STOPPED = (
    "Stopped. Making the clip again first fetches what was ordered, if anything was, and pays "
    "nothing twice."
)

TAKES = Table(
    "takes",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("project_id", String(64), nullable=False, index=True),
    Column("slot_id", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("model", String(60), nullable=False),
    Column("state", String(12), nullable=False),
    Column("price_usd_micro", BigInteger, nullable=False, default=0),
    Column("latency_s", Float),
    Column("created_at", Float, nullable=False),
    Column("stars", Integer, nullable=False, default=0),
    Column("rejected", Text, nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("order_json", Text, nullable=False),
    Column("clip_json", Text),
    UniqueConstraint("project_id", "slot_id", "number"),
)


class Take(Frozen):
    """One generation. ``order`` holds what was asked for: prompt, seed, length, inputs' digests.

    ``created_at`` is seconds since the epoch; ``stars`` 0..5; ``rejected`` is the reason, empty
    while it stands; ``message`` says why it failed or waits.
    """

    id: str
    project_id: str
    slot_id: str
    number: int
    model: str
    state: TakeState
    price_usd_micro: int = 0
    latency_s: float | None = None
    created_at: float
    stars: int = 0
    rejected: str = ""
    message: str = ""
    order: dict[str, Any] = {}
    clip: Clip | None = None


def as_they_stand(takes: tuple[Take, ...], at_work: frozenset[str]) -> tuple[Take, ...]:
    """Takes without any that is called under way while no run has it to make.

    Args:
        takes: As they were last noted; a process that ended could not note its own end.
        at_work: Units, ``slot/number``, of all active runs.
    """
    return tuple(
        one.model_copy(update={"state": "cancelled", "message": STOPPED})
        if one.state in UNDER_WAY and f"{one.slot_id}/{one.number}" not in at_work
        else one
        for one in takes
    )


class TakeBook:
    """All takes of a studio.

    Args:
        database: Where they are written; its tables must exist.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, take: Take) -> Take:
        """Write an ordered take; a second call with the same id changes nothing."""
        try:
            with self._database.begin() as connection:
                connection.execute(insert(TAKES).values(**_row(take)))
        except IntegrityError:
            return self.get(take.id)
        return take

    def note(self, take_id: str, **fields: Any) -> None:
        """Change what may change of a take: state, price, latency, stars, rejected, message."""
        allowed = {"state", "price_usd_micro", "latency_s", "stars", "rejected", "message"}
        values = {name: value for name, value in fields.items() if name in allowed}
        if isinstance(fields.get("clip"), Clip):
            values["clip_json"] = fields["clip"].model_dump_json()
        with self._database.begin() as connection:
            connection.execute(update(TAKES).where(TAKES.c.id == take_id).values(**values))

    def get(self, take_id: str) -> Take:
        """Raises ``LookupError`` when there is no such take."""
        with self._database.read() as connection:
            row = connection.execute(select(TAKES).where(TAKES.c.id == take_id)).mappings().first()
        if row is None:
            raise LookupError(take_id)
        return _take(dict(row))

    def of_project(self, project_id: str) -> dict[str, tuple[Take, ...]]:
        """Takes by slot id, the oldest first."""
        query = select(TAKES).where(TAKES.c.project_id == project_id).order_by(TAKES.c.number)
        found: dict[str, list[Take]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query).mappings():
                found.setdefault(row["slot_id"], []).append(_take(dict(row)))
        return {slot: tuple(takes) for slot, takes in found.items()}

    def tried(self) -> dict[str, Tried]:
        """What became of all takes of all projects, by model; previews are none."""
        paid, landed = TAKES.c.price_usd_micro > 0, TAKES.c.clip_json.is_not(None)
        kept = paid & landed & (TAKES.c.rejected == "")
        free = (TAKES.c.state == "failed") & ~paid
        query = select(
            TAKES.c.model, *(func.sum(case((one, 1), else_=0)) for one in (paid, kept, free))
        )
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(TAKES.c.model)).all()
        return {row[0]: Tried(paid=row[1], kept=row[2], free=row[3]) for row in rows}

    def blobs(self) -> tuple[Blob, ...]:
        """Files of all takes of all projects: paid for, so never freed."""
        query = select(TAKES.c.clip_json).where(TAKES.c.clip_json.is_not(None))
        with self._database.read() as connection:
            texts = [row[0] for row in connection.execute(query)]
        return tuple(Clip.model_validate_json(text).blob for text in texts)

    def order_digests(self) -> frozenset[str]:
        """Digests of the pictures that takes were ordered with: they tell what was asked for."""
        with self._database.read() as connection:
            orders = [json.loads(text) for text in connection.scalars(select(TAKES.c.order_json))]
        return frozenset(blob.digest for blob in blobs_in(orders))


def take_id(project_id: str, unit: str) -> str:
    """The id of a take, and the key of its order: the same for the same slot and number."""
    return digest_of({"project": project_id, "take": unit})[:40]


def in_use(project: Project, takes: dict[str, tuple[Take, ...]]) -> dict[str, Take]:
    """The take that the film shows, by slot id; slots that show their preview are absent.

    That is the picked one; without a pick the newest that is done and not rejected.
    """
    chosen = {slot: _chosen(project.picks.get(slot, ""), many) for slot, many in takes.items()}
    return {slot: take for slot, take in chosen.items() if take is not None}


def _chosen(pick: str, takes: tuple[Take, ...]) -> Take | None:
    if pick == PREVIEW_PICK:
        return None
    usable = [take for take in takes if take.clip is not None]
    picked = next((take for take in usable if take.id == pick), None)
    standing = [take for take in usable if not take.rejected]
    return picked or (standing[-1] if standing else None)


def _row(take: Take) -> dict[str, Any]:
    fields = take.model_dump(mode="json", exclude={"order", "clip"})
    clip = take.clip.model_dump_json() if take.clip else None
    return {**fields, "order_json": json.dumps(take.order), "clip_json": clip}


def _take(row: dict[str, Any]) -> Take:
    order = json.loads(row.pop("order_json"))
    clip_json = row.pop("clip_json")
    clip = Clip.model_validate_json(clip_json) if clip_json else None
    return Take.model_validate({**row, "order": order, "clip": clip})
