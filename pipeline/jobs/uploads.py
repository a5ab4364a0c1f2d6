"""Where pictures lie at the vendor: each is sent once an account, by its content."""

from __future__ import annotations

from sqlalchemy import Column, Float, String, Table, Text, select, update

from pipeline.database import METADATA, Database
from pipeline.jobs.progress import insert_missing

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("expires_at", Float, nullable=False),
)


class Uploads:
    """Where files lie at the vendor, by account and content."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, account: str, digest: str, until: float) -> str | None:
        """The address of a file that stays at least until a time."""
        query = select(UPLOADS.c.url).where(
            UPLOADS.c.account == account,
            UPLOADS.c.digest == digest,
            UPLOADS.c.expires_at > until,
        )
        with self._database.read() as connection:
            return connection.scalar(query)

    def remember(self, account: str, digest: str, url: str, expires_at: float) -> None:
        row = {"account": account, "digest": digest, "url": url, "expires_at": expires_at}
        with self._database.begin() as connection:
            insert_missing(connection, UPLOADS, [row])
            connection.execute(
                update(UPLOADS)
                .where(UPLOADS.c.account == account, UPLOADS.c.digest == digest)
                .values(url=url, expires_at=expires_at)
            )
