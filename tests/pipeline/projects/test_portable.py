"""A project as one zip: what travels with it, and what is refused."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.buying.takes import Take
from pipeline.errors import BadInput, DiskFull, StorageFailed
from pipeline.project import Project, changed
from pipeline.settings import Settings
from pipeline.studio import Studio, open_studio
from tests.fakes.replicate_server import small_picture
from tests.pipeline.projects.test_trash import buy


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = open_studio(Settings(home=tmp_path / "home"), work_here=False)
    yield studio
    studio.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Studio]:
    studio = open_studio(Settings(home=tmp_path / "elsewhere"), work_here=False)
    yield studio
    studio.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    return studio.create_demo()


def rewritten(archive: Path, name: str, document: object) -> io.BytesIO:
    """The zip with one of its documents replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry, json.dumps(document) if entry.filename == name else data)
    out.seek(0)
    return out


def test_paid_takes_travel_with_their_project_and_stay_picked(
    studio: Studio, elsewhere: Studio, project: Project
) -> None:
    digest = buy(studio, project)
    taken = studio.takes.of_project(project.id)["first"][0]
    studio.change(project.id, 0, "Pick", lambda one: changed(one, picks={"first": taken.id}))

    with studio.files.export_zip(project.id).open("rb") as file:
        arrived = elsewhere.files.import_zip(file)

    (take,) = elsewhere.takes.of_project(arrived.id)["first"]
    assert take.clip is not None
    assert take.clip.blob.digest == digest
    assert elsewhere.path(take.clip.blob).exists()
    assert arrived.picks == {"first": take.id}
    assert take.id != taken.id
    assert elsewhere.totals(arrived.id).spent_usd_micro == 0


def test_a_zip_can_come_back_to_the_studio_that_made_it(studio: Studio, project: Project) -> None:
    buy(studio, project)

    with studio.files.export_zip(project.id).open("rb") as file:
        arrived = studio.files.import_zip(file)

    assert len(studio.takes.of_project(arrived.id)["first"]) == 1
    assert len(studio.takes.of_project(project.id)["first"]) == 1


ORDER = {
    "model": "a-model",
    "prompt": "a lighthouse",
    "duration_s": 5.0,
    "basis": "b",
    "price_usd_micro": 350_000,
}


@pytest.mark.parametrize(
    "field",
    [
        {"number": 10**12},
        {"price_usd_micro": -1},
        {"clip": None},
        {"order": {"duration_s": "five"}},
        {"order": {**ORDER, "duration_s": [5]}},
        {"order": {**ORDER, "duration_s": -1}},
        {"order": {**ORDER, "price_usd_micro": 10**30}},
        {"order": {**ORDER, "references": [{"digest": "x"}]}},
    ],
)
def test_a_zip_with_a_take_that_no_studio_makes_is_refused(
    studio: Studio, project: Project, field: dict[str, object]
) -> None:
    buy(studio, project)
    archive = studio.files.export_zip(project.id)
    with zipfile.ZipFile(archive) as opened:
        bought = json.loads(opened.read("bought.json"))
    bought["takes"][0].update(field)

    with pytest.raises(BadInput, match="takes are damaged"):
        studio.files.import_zip(rewritten(archive, "bought.json", bought))
    assert [one.id for one in studio.projects()] == [project.id]


def test_a_zip_of_an_older_studio_has_no_takes_and_is_read(
    studio: Studio, project: Project
) -> None:
    archive, out = studio.files.export_zip(project.id), io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != "bought.json":
                new.writestr(entry, old.read(entry))
    out.seek(0)

    assert studio.files.import_zip(out).title == project.title


def test_two_visitors_can_export_the_same_project_at_once(studio: Studio, project: Project) -> None:
    buy(studio, project)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(studio.files.export_zip, [project.id] * 12))

    assert all(zipfile.is_zipfile(path) for path in made)
    assert [path.name for path in made[0].parent.iterdir()] == ["project.zip"]


def test_a_project_whose_song_is_gone_says_so_instead_of_exporting_half(
    studio: Studio, project: Project
) -> None:
    assert project.song is not None
    studio.path(project.song.blob).unlink()

    with pytest.raises(StorageFailed, match="gone or damaged"):
        studio.files.export_zip(project.id)


def ordered(studio: Studio, project: Project, order: dict[str, object]) -> None:
    """A paid take in whose order stands what is given."""
    buy(studio, project)
    (take,) = studio.takes.of_project(project.id)["first"]
    fields = {**dict(take), "id": f"{project.id}-2", "number": 2, "order": order}
    studio.takes.add(Take.model_validate(fields))


def travelled(studio: Studio, elsewhere: Studio, project: Project) -> dict[str, Any]:
    """The order of the project's second take, where its zip arrived."""
    with studio.files.export_zip(project.id).open("rb") as file:
        arrived = elsewhere.files.import_zip(file)
    return elsewhere.takes.of_project(arrived.id)["first"][1].order


def test_what_a_take_was_ordered_with_travels_with_it(
    studio: Studio, elsewhere: Studio, project: Project
) -> None:
    ordered(studio, project, ORDER)

    assert ORDER.items() <= travelled(studio, elsewhere, project).items()


def test_an_order_of_another_time_does_not_keep_its_take_from_travelling(
    studio: Studio, elsewhere: Studio, project: Project
) -> None:
    ordered(studio, project, {"prompt": "a lighthouse", "seed": 7})

    assert travelled(studio, elsewhere, project) == {}


def test_a_take_travels_although_the_picture_that_it_began_with_is_gone(
    studio: Studio, elsewhere: Studio, project: Project
) -> None:
    picture = studio.files.keep_picture(project.id, io.BytesIO(small_picture(9)))
    start = picture.model_dump(mode="json")
    ordered(studio, project, {**ORDER, "start": start, "references": [start]})
    assert travelled(studio, elsewhere, project)["start"] == start
    studio.path(picture).unlink()

    order = travelled(studio, elsewhere, project)
    assert (order["start"], order["references"]) == (None, [])


def test_freeing_space_leaves_the_pictures_that_takes_were_ordered_with(
    studio: Studio, project: Project
) -> None:
    picture = studio.files.keep_picture(project.id, io.BytesIO(small_picture(9)))
    ordered(studio, project, {**ORDER, "end": picture.model_dump(mode="json")})
    long_ago = time.time() - 30 * 24 * 3600
    os.utime(studio.path(picture), (long_ago, long_ago))
    studio.files.collect_garbage()

    assert studio.path(picture).exists()


def test_a_zip_that_does_not_fit_on_the_disk_is_said_with_a_way_out(
    studio: Studio, project: Project
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with writing_to("/dev/full"), pytest.raises(DiskFull, match="disk is full"):
        studio.files.export_zip(project.id)


@contextmanager
def writing_to(device: str) -> Iterator[None]:
    """Zips are written to a device instead of the file that they are given."""
    with pytest.MonkeyPatch.context() as patch:
        given = zipfile.ZipFile
        patch.setattr(
            "pipeline.projects.portable.zipfile.ZipFile", lambda _path, *how: given(device, *how)
        )
        yield


def test_an_exports_folder_that_cannot_be_made_is_said_with_a_way_out(
    studio: Studio, project: Project
) -> None:
    (studio.settings.home / "exports").write_text("a file, not a folder")

    with pytest.raises(StorageFailed) as refused:
        studio.files.export_zip(project.id)
    assert refused.value.way_out


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        ("MAX_ENTRIES", 2),
        ("MAX_TOTAL_BYTES", 1000),
        ("MAX_ENTRY_BYTES", 1000),
        ("MAX_DECISIONS_BYTES", 100),
    ],
)
def test_what_no_studio_would_take_in_again_is_not_exported(
    studio: Studio, project: Project, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(f"pipeline.projects.portable.{bound}", value)

    with pytest.raises(BadInput, match="too large for a zip"):
        studio.files.export_zip(project.id)
