"""Bought pictures: every one is kept, and found again by what it shows.

its inputs + model ──still_key──> row ──> Still
"""

from __future__ import annotations

from sqlalchemy import Column, Float, String, Table, Text, select

from pipeline.database import METADATA, Database
from pipeline.jobs.progress import insert_missing
from pipeline.model import Frozen, Still
from pipeline.stage import canonical, digest_of

STILLS = Table(
    "stills",
    METADATA,
    Column("key", String(80), primary_key=True),
    Column("project_id", String(64), nullable=False, index=True),
    Column("still_json", Text, nullable=False),
    Column("made_at", Float, nullable=False),
)


def still_key(project_id: str, inputs: Frozen, model: str) -> str:
    """The key of a picture and of its order: the same for the same words, take and model."""
    shown = inputs.model_dump(exclude={"width", "height"})
    document = {"project": project_id, "still": canonical(shown), "model": model}
    return digest_of(document)[:40]


class StillBook:
    """All bought reference pictures of a studio.

    Args:
        database: Where they are written; its tables must exist.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: str, project_id: str, still: Still, made_at: float) -> None:
        """Write a picture; a second call with the same key changes nothing."""
        row = {
            "key": key,
            "project_id": project_id,
            "still_json": still.model_dump_json(),
            "made_at": made_at,
        }
        with self._database.begin() as connection:
            insert_missing(connection, STILLS, [row])

    def of_project(self, project_id: str) -> dict[str, Still]:
        """Pictures by their keys."""
        query = select(STILLS.c.key, STILLS.c.still_json).where(STILLS.c.project_id == project_id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {row.key: Still.model_validate_json(row.still_json) for row in rows}

    def digests(self) -> frozenset[str]:
        """Files of all of them: paid for, so never freed."""
        with self._database.read() as connection:
            texts = list(connection.scalars(select(STILLS.c.still_json)))
        return frozenset(Still.model_validate_json(text).blob.digest for text in texts)
