from pathlib import Path

import pytest

from pipeline.buying.takes import PREVIEW_PICK, Take, TakeBook, in_use
from pipeline.database import Database
from pipeline.model import Blob, Clip
from pipeline.money.retries import Tried
from pipeline.project import Project, new_project_id


@pytest.fixture
def book(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/studio.sqlite")
    database.create_tables()
    yield TakeBook(database)
    database.close()


@pytest.fixture
def project() -> Project:
    return Project(id=new_project_id(), title="Night Drive", created_at="2026-11-23")


def clip(letter: str) -> Clip:
    blob = Blob(digest=letter * 64, suffix=".mp4", bytes=9)
    return Clip(blob=blob, width=1280, height=720, frames=120, fps=24, made_by="kling")


def take(project: Project, number: int, letter: str = "", **fields: object) -> Take:
    return Take.model_validate(
        {
            "id": f"take{number}",
            "project_id": project.id,
            "slot_id": "slot1",
            "number": number,
            "model": "kling-2.5-turbo-pro",
            "state": "done",
            "created_at": 1000.0 + number,
            "order": {"prompt": "a lighthouse", "seed": 7},
            "clip": clip(letter) if letter else None,
            **fields,
        }
    )


def test_a_take_comes_back_with_what_was_ordered_and_what_landed(
    book: TakeBook, project: Project
) -> None:
    book.add(take(project, 1, state="ordered"))
    book.note("take1", state="done", price_usd_micro=350_000, latency_s=61.5, clip=clip("a"))

    [landed] = book.of_project(project.id)["slot1"]
    assert (landed.state, landed.price_usd_micro, landed.latency_s) == ("done", 350_000, 61.5)
    assert landed.clip == clip("a")
    assert landed.order == {"prompt": "a lighthouse", "seed": 7}


def test_ordering_the_same_take_twice_is_one_take(book: TakeBook, project: Project) -> None:
    book.add(take(project, 1, "a"))
    again = book.add(take(project, 1, "b"))

    assert again.clip == clip("a")
    assert len(book.of_project(project.id)["slot1"]) == 1


def test_the_newest_standing_take_is_shown_until_a_person_picks(
    book: TakeBook, project: Project
) -> None:
    for number, letter in enumerate("abc", 1):
        book.add(take(project, number, letter))
    book.note("take3", rejected="a second head")
    takes = book.of_project(project.id)

    assert in_use(project, takes)["slot1"].id == "take2"
    picked = project.model_copy(update={"picks": {"slot1": "take1"}})
    assert in_use(picked, takes)["slot1"].id == "take1"
    preview = project.model_copy(update={"picks": {"slot1": PREVIEW_PICK}})
    assert in_use(preview, takes) == {}


def test_a_failed_take_never_takes_the_place_of_a_preview(book: TakeBook, project: Project) -> None:
    book.add(take(project, 1, state="failed", message="refused"))

    assert in_use(project, book.of_project(project.id)) == {}


def test_every_paid_file_is_known_whatever_was_rejected(book: TakeBook, project: Project) -> None:
    book.add(take(project, 1, "a"))
    book.add(take(project, 2, "b"))
    book.note("take1", rejected="blurred")

    assert {blob.digest[0] for blob in book.blobs()} == {"a", "b"}


def test_what_became_of_all_takes_is_counted_by_model(book: TakeBook, project: Project) -> None:
    book.add(take(project, 1, "a", price_usd_micro=350_000))
    book.add(take(project, 2, "b", price_usd_micro=350_000, rejected="six fingers"))
    book.add(take(project, 3, state="failed", price_usd_micro=350_000))
    book.add(take(project, 4, state="failed"))
    book.add(take(project, 5, state="running"))

    assert book.tried() == {"kling-2.5-turbo-pro": Tried(paid=3, kept=1, free=1)}
