from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.database import Database
from pipeline.money.ledger import Ledger, Scope
from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The same books on SQLite and on a real PostgreSQL server."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    else:
        database = Database(request.getfixturevalue("postgres_url"))
    database.create_tables()
    with database.begin() as connection:
        for table in ("money_entry", "money_budget"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def scope() -> Scope:
    return Scope(
        project_id="night-drive-00001", stage="generate", unit="s1", model="kling-2.5-turbo-pro"
    )
