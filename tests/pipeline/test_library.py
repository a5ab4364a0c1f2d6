import json
import multiprocessing
from pathlib import Path

import pytest

from pipeline.errors import BadInput, NewerSchema, StaleEdit, StorageFailed
from pipeline.library import Library
from pipeline.project import Project, changed, new_project_id


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "projects")


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


def test_undo_and_redo_survive_a_new_process(library: Library, project: Project) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    library.change(project.id, 1, "Rename again", _titled("Third"))

    fresh = Library(library.folder)
    assert fresh.undo(project.id).title == "Second"
    assert fresh.undo(project.id).title == "Night Drive"
    assert fresh.undo(project.id).title == "Night Drive"
    assert Library(library.folder).redo(project.id).title == "Second"
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


def test_an_edit_that_changes_nothing_leaves_no_step_to_undo(
    library: Library, project: Project
) -> None:
    library.change(project.id, 0, "Nothing", lambda same: same)

    assert library.load(project.id).revision == 0
    assert not library.history(project.id).undo


def test_a_project_of_a_newer_schema_is_refused_and_left_untouched(
    library: Library, project: Project
) -> None:
    path = library.folder / project.id / "project.json"
    newer = {**json.loads(path.read_text()), "schema_number": 99}
    path.write_text(json.dumps(newer))

    with pytest.raises(NewerSchema, match="newer studio"):
        library.load(project.id)
    assert json.loads(path.read_text()) == newer


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"project": 3}', '{"schema_number": 1}'])
def test_a_damaged_project_file_is_said_in_a_sentence(
    library: Library, project: Project, text: str
) -> None:
    (library.folder / project.id / "project.json").write_text(text)

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
        Library(tmp_path / "blocked" / "projects")


def _append(folder: Path, project_id: str, letter: str) -> None:
    library = Library(folder)
    for _ in range(20):
        library.change(
            project_id,
            None,
            "Append",
            lambda project: changed(project, title=project.title + letter),
        )


def test_two_studios_on_one_home_lose_no_edit(library: Library, project: Project) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_append, args=(library.folder, project.id, letter))
        for letter in "ab"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    title = library.load(project.id).title.removeprefix("Night Drive")
    assert sorted(title) == ["a"] * 20 + ["b"] * 20


def test_removing_a_project_takes_its_history_along(library: Library, project: Project) -> None:
    library.change(project.id, 0, "Rename", _titled("Second"))
    library.remove(project.id)

    assert library.ids() == ()
    with pytest.raises(BadInput):
        library.load(project.id)
