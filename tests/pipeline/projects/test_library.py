"""What a library promises, of files and of rows alike."""

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import update

from pipeline.database import Database
from pipeline.errors import BadInput, NewerSchema, StaleEdit, StorageFailed
from pipeline.project import Project, changed, new_project_id
from pipeline.projects.library import Library
from pipeline.projects.library_files import FileLibrary
from pipeline.projects.library_sql import PROJECTS, SqlLibrary
from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]


OPENED: list[Database] = []


@dataclass(frozen=True)
class Place:
    """Where a library lies: a folder, or the address of a database."""

    address: str

    def open(self) -> Library:
        if "://" not in self.address:
            return FileLibrary(Path(self.address))
        database = self.database()
        return SqlLibrary(database, database.create_tables)

    def database(self) -> Database:
        OPENED.append(Database(self.address))
        return OPENED[-1]

    def text(self, project_id: str) -> str:
        return next(text for one, text in self.open().texts() if one == project_id)

    def overwrite(self, project_id: str, text: str) -> None:
        if "://" not in self.address:
            (Path(self.address) / project_id / "project.json").write_text(text)
            return
        with self.database().begin() as connection:
            row = update(PROJECTS).where(PROJECTS.c.id == project_id)
            connection.execute(row.values(document=text))


@pytest.fixture(params=["files", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "files":
        yield Place(str(tmp_path / "projects"))
    elif request.param == "sqlite":
        yield Place(f"sqlite:///{tmp_path / 'studio.sqlite'}")
    else:
        yield _emptied(Place(str(request.getfixturevalue("postgres_url"))))
    while OPENED:
        OPENED.pop().close()


def _emptied(place: Place) -> Place:
    library = place.open()
    for project_id in library.ids():
        library.put_away(project_id)
    for trashed in library.trashed():
        library.remove(trashed.id)
    return place


@pytest.fixture
def library(place: Place) -> Library:
    return place.open()


@pytest.fixture
def project(library: Library) -> Project:
    return library.add(
        Project(id=new_project_id(), title="Night Drive", created_at="2026-11-23T00:00:00Z")
    )


def _titled(title: str):
    return lambda project: changed(project, title=title)


def test_a_change_is_saved_and_raises_the_revision(library: Library, project: Project) -> None:
    library.change(project.id, 0, "Rename", _titled("Day Drive"))

    assert library.load(project.id).title == "Day Drive"
    assert library.load(project.id).revision == 1


def test_undo_and_redo_survive_a_new_process(
    library: Library, project: Project, place: Place
) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    library.change(project.id, 1, "Rename again", _titled("Third"))

    fresh = place.open()
    assert fresh.undo(project.id).title == "Second"
    assert fresh.undo(project.id).title == "Night Drive"
    assert fresh.undo(project.id).title == "Night Drive"
    assert place.open().redo(project.id).title == "Second"
    assert [step.label for step in fresh.history(project.id).redo] == ["Rename again"]


def test_a_new_edit_after_undo_drops_what_could_be_redone(
    library: Library, project: Project
) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    undone = library.undo(project.id)
    library.change(project.id, undone.revision, "Rename", _titled("Other"))

    assert library.redo(project.id).title == "Other"


def test_an_edit_made_on_an_older_revision_is_refused_and_nothing_moves(
    library: Library, project: Project
) -> None:
    library.change(project.id, 0, "Rename", _titled("First tab"))

    with pytest.raises(StaleEdit):
        library.change(project.id, 0, "Rename", _titled("Second tab"))
    assert library.load(project.id).title == "First tab"


def test_an_edit_that_refuses_leaves_everything_as_it_was(
    library: Library, project: Project
) -> None:
    def refuse(_project: Project) -> Project:
        raise BadInput("No.")

    with pytest.raises(BadInput):
        library.change(project.id, 0, "Rename", refuse)
    assert library.load(project.id) == project
    assert not library.history(project.id).undo


def test_an_edit_that_changes_nothing_leaves_no_step_to_undo(
    library: Library, project: Project
) -> None:
    library.change(project.id, 0, "Nothing", lambda same: same)

    assert library.load(project.id).revision == 0
    assert not library.history(project.id).undo


def test_a_project_of_a_newer_schema_is_refused_and_left_untouched(
    library: Library, project: Project, place: Place
) -> None:
    newer = {**json.loads(place.text(project.id)), "schema_number": 99}
    place.overwrite(project.id, json.dumps(newer))

    with pytest.raises(NewerSchema, match="newer studio"):
        library.load(project.id)
    assert json.loads(place.text(project.id)) == newer


def test_a_project_of_the_first_schema_is_read_and_can_be_changed(
    library: Library, project: Project, place: Place
) -> None:
    stored = json.loads(place.text(project.id))
    old = {
        name: value
        for name, value in stored["project"].items()
        if name not in ("milder_words", "end_frames")
    }
    first = {**stored, "schema_number": 1, "project": {**old, "schema_number": 1}}
    place.overwrite(project.id, json.dumps(first))

    assert library.load(project.id) == project
    renamed = library.change(project.id, None, "Rename", lambda one: changed(one, title="B"))
    assert library.load(project.id) == renamed


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"project": 3}', '{"schema_number": 1}'])
def test_a_damaged_project_is_said_in_a_sentence(
    library: Library, project: Project, place: Place, text: str
) -> None:
    place.overwrite(project.id, text)

    with pytest.raises(BadInput, match="damaged"):
        library.load(project.id)


@pytest.mark.parametrize("project_id", ["../../etc/passwd", "", "a" * 200, "x", "a/b" * 8, ".."])
def test_an_id_that_is_no_id_is_refused(library: Library, project_id: str) -> None:
    with pytest.raises(BadInput):
        library.load(project_id)
    with pytest.raises(BadInput):
        library.remove(project_id)


def test_a_home_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file, not a folder")

    with pytest.raises(StorageFailed, match="cannot be made"):
        FileLibrary(tmp_path / "blocked" / "projects")


def _append(place: Place, project_id: str, letter: str) -> None:
    library = place.open()
    for _ in range(20):
        library.change(
            project_id,
            None,
            "Append",
            lambda project: changed(project, title=project.title + letter),
        )


def test_two_studios_lose_no_edit(library: Library, project: Project, place: Place) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(place, project.id, letter)) for letter in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    title = library.load(project.id).title.removeprefix("Night Drive")
    assert sorted(title) == ["a"] * 20 + ["b"] * 20
    assert len(list(library.texts())) == 41


def test_the_last_changed_project_is_listed_first(library: Library, project: Project) -> None:
    other = library.add(project.model_copy(update={"id": new_project_id()}))
    library.change(project.id, 0, "Rename", _titled("Newest"))

    assert library.ids() == (project.id, other.id)
    assert library.changed_at(project.id) >= library.changed_at(other.id)


def test_a_project_comes_back_from_the_trash_with_its_history(
    library: Library, project: Project, place: Place
) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    changed_at = library.changed_at(project.id)
    library.put_away(project.id)

    assert library.ids() == ()
    assert [one.id for one in library.trashed()] == [project.id]
    assert place.open().load_trashed(project.id).title == "Second"
    with pytest.raises(BadInput, match="no such project"):
        library.load(project.id)

    assert place.open().restore(project.id).title == "Second"
    assert library.trashed() == ()
    assert library.changed_at(project.id) == changed_at
    assert library.undo(project.id).title == "Night Drive"


def test_what_lies_in_the_trash_still_counts_as_kept(library: Library, project: Project) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    before = (library.size_bytes(), len(list(library.texts())))
    library.put_away(project.id)

    assert (library.size_bytes(), len(list(library.texts()))) == before


def test_only_what_is_in_the_trash_can_be_deleted_for_good(
    library: Library, project: Project
) -> None:
    with pytest.raises(BadInput):
        library.remove(project.id)
    with pytest.raises(BadInput):
        library.restore(project.id)

    assert library.load(project.id) == project


def test_the_last_thrown_away_is_listed_first(library: Library, project: Project) -> None:
    other = library.add(project.model_copy(update={"id": new_project_id()}))
    library.put_away(other.id)
    library.put_away(project.id)

    first, second = library.trashed()
    assert (first.id, second.id) == (project.id, other.id)
    assert first.at_s >= second.at_s


def test_emptying_takes_the_history_along(library: Library, project: Project) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    assert library.size_bytes() > 100
    library.put_away(project.id)
    library.remove(project.id)

    assert library.ids() == ()
    assert library.size_bytes() == 0
    with pytest.raises(BadInput):
        library.load(project.id)


def _twins(library: Library, project: Project) -> set[str]:
    twin = library.add(project.model_copy(update={"id": new_project_id(), "title": "Twin"}))
    return {project.id, twin.id}


def test_a_project_that_is_put_away_while_all_are_read_still_counts_as_kept(
    library: Library, project: Project, place: Place
) -> None:
    both, texts = _twins(library, project), library.texts()
    first, _ = next(texts)
    (other,) = both - {first}
    place.open().put_away(other)

    assert {one for one, _ in texts} == {other}


def test_a_project_that_is_restored_while_all_are_read_still_counts_as_kept(
    library: Library, project: Project, place: Place
) -> None:
    both = _twins(library, project)
    for one in both:
        library.put_away(one)
    texts = library.texts()
    first, _ = next(texts)
    (other,) = both - {first}
    place.open().restore(other)

    assert {one for one, _ in texts} == {other}


def test_what_an_undo_brings_back_while_all_are_read_still_counts_as_kept(
    library: Library, project: Project, place: Place
) -> None:
    both = _twins(library, project)
    for one in both:
        library.change(one, 0, "Rename", _titled("Renamed"))
    texts = library.texts()
    first, _ = next(texts)
    (other,) = both - {first}
    place.open().undo(other)

    found = [json.loads(text) for one, text in texts if one == other]
    titles = {one.get("project", one)["title"] for one in found}
    assert "Renamed" in titles
    assert titles & {"Night Drive", "Twin"}


def test_a_project_that_another_studio_holds_stops_the_reading_of_all(
    project: Project, library: Library, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "://" in place.address:
        pytest.skip("rows are read as they stood, whoever holds them")
    monkeypatch.setattr("pipeline.projects.library_files.LOCK_TIMEOUT_S", 0.1)

    with FileLock(Path(place.address) / f".{project.id}.lock"), pytest.raises(StorageFailed):
        list(library.texts())
