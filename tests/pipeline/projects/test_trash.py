"""Deleting a project and what it takes to lose anything by it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.buying.takes import Take
from pipeline.errors import BadInput, RefusedEdit
from pipeline.model import Clip, Song
from pipeline.money.books import Scope
from pipeline.project import Project
from pipeline.projects.trash import losses
from pipeline.settings import Settings
from pipeline.studio import Studio, open_studio
from tests.fakes.replicate_server import small_picture

PRICE_USD_MICRO = 350_000


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = open_studio(Settings(home=tmp_path / "home"), work_here=False)
    yield studio
    studio.close()


@pytest.fixture
def song(studio: Studio) -> Song:
    return studio.songs.demo()


@pytest.fixture
def project(studio: Studio, song: Song) -> Project:
    return studio.add(song)


def buy(studio: Studio, project: Project) -> str:
    """A paid take of the project's first slot; returns its file's digest."""
    blob = studio.files.keep_picture(project.id, io.BytesIO(small_picture(3)))
    clip = Clip(blob=blob, width=320, height=180, fps=24.0, frames=48, made_by="a-model")
    studio.takes.add(
        Take(
            id=f"{project.id}-1",
            project_id=project.id,
            slot_id="first",
            number=1,
            model="a-model",
            state="done",
            price_usd_micro=PRICE_USD_MICRO,
            created_at=time.time(),
            clip=clip,
        )
    )
    return blob.digest


def test_a_deleted_project_is_listed_in_the_trash_and_comes_back_with_its_takes(
    studio: Studio, project: Project
) -> None:
    digest = buy(studio, project)
    studio.trash.throw(project.id)

    assert studio.projects() == ()
    assert [one.title for one in studio.trash.contents()] == [project.title]
    assert digest in studio.paid_digests()

    assert studio.trash.restore(project.id) == project
    assert studio.trash.contents() == ()
    assert studio.takes.of_project(project.id)["first"][0].clip is not None


def test_emptying_says_before_what_paid_takes_it_loses(studio: Studio, project: Project) -> None:
    buy(studio, project)
    studio.trash.throw(project.id)

    assert "with 1 paid clip" in losses(studio.trash.contents())


def test_emptying_a_project_that_cost_nothing_says_so(studio: Studio, project: Project) -> None:
    studio.trash.throw(project.id)

    assert "Nothing in them was paid for" in losses(studio.trash.contents())


def test_only_emptying_lets_go_of_paid_takes(studio: Studio, project: Project) -> None:
    digest = buy(studio, project)
    studio.trash.throw(project.id)
    studio.files.collect_garbage()
    assert digest in studio.paid_digests()

    studio.trash.empty((project.id,))

    assert digest not in studio.paid_digests()
    assert studio.trash.contents() == ()
    with pytest.raises(BadInput):
        studio.trash.restore(project.id)


def test_a_project_whose_order_is_not_settled_cannot_be_deleted_for_good(
    studio: Studio, project: Project
) -> None:
    studio.spending.set_limit(project.id, PRICE_USD_MICRO)
    studio.ledger.reserve("an order", Scope(project_id=project.id, stage="clips"), PRICE_USD_MICRO)
    studio.trash.throw(project.id)

    with pytest.raises(RefusedEdit, match="not settled"):
        studio.trash.empty((project.id,))
    assert studio.trash.restore(project.id) == project


def test_emptying_deletes_what_it_can_and_names_what_it_keeps_until_that_is_settled(
    studio: Studio, project: Project, song: Song
) -> None:
    other = studio.add(song)
    studio.spending.set_limit(project.id, PRICE_USD_MICRO)
    scope = Scope(project_id=project.id, stage="transcript")
    studio.ledger.reserve("an order", scope, PRICE_USD_MICRO)
    studio.trash.throw(project.id)
    studio.trash.throw(other.id)

    with pytest.raises(RefusedEdit, match=project.id):
        studio.trash.empty((project.id, other.id))
    assert [one.id for one in studio.trash.contents()] == [project.id]

    studio.trash.restore(project.id)
    (held,) = studio.spending.held(project.id)
    assert (held.kind, held.held_usd_micro) == ("transcript", PRICE_USD_MICRO)
    studio.spending.settle(project.id, held.key, paid=False)
    studio.trash.throw(project.id)
    studio.trash.empty((project.id,))
    assert studio.trash.contents() == ()
    assert studio.totals(project.id).spent_usd_micro == 0


def test_a_visitor_sees_only_their_own_trash(studio: Studio, song: Song) -> None:
    mine, theirs = studio.add(song, "me"), studio.add(song, "another visitor")
    studio.trash.throw(mine.id)
    studio.trash.throw(theirs.id)

    assert [one.id for one in studio.trash.contents("me")] == [mine.id]
    assert studio.trash.contents() == ()


def test_a_damaged_project_can_be_thrown_away_too(studio: Studio, project: Project) -> None:
    (studio.settings.projects / project.id / "project.json").write_text("{")
    studio.trash.throw(project.id)

    assert studio.shelf.unreadable() == ()
    assert [one.id for one in studio.trash.contents()] == [project.id]
    studio.trash.empty((project.id,))
    assert studio.trash.contents() == ()
