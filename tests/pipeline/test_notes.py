"""Notes, wherever they lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cache import Index, Miss
from pipeline.database import Database
from pipeline.notes import Notes, SqlNotes
from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]


@pytest.fixture(params=["index", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def notes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Notes]:
    if request.param == "index":
        index = Index(tmp_path / "index")
        yield index
        index.close()
        return
    sqlite = f"sqlite:///{tmp_path / 'studio.sqlite'}"
    postgres = request.param == "postgres"
    database = Database(request.getfixturevalue("postgres_url") if postgres else sqlite)
    yield SqlNotes(database, database.create_tables)
    database.close()


def test_a_later_note_replaces_an_earlier_one(notes: Notes) -> None:
    notes.put("latest/one", {"take": 1})
    notes.put("latest/one", {"take": 2, "words": "naïve \x00 ☂"})

    assert notes.get("latest/one") == {"take": 2, "words": "naïve \x00 ☂"}


def test_a_dropped_note_is_a_miss_and_may_be_dropped_again(notes: Notes) -> None:
    notes.put("attempt", {"begun": True})
    notes.drop("attempt")
    notes.drop("attempt")

    with pytest.raises(Miss):
        notes.get("attempt")
