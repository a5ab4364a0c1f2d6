"""Paid clips with app and workers apart: asked for in one process, bought by another, one film.

The worker that buys is killed in the middle. All that the processes share is a Postgres and the
artifacts: a folder, or a server that speaks S3. Where ``STUDIO_TEST_S3`` names a bucket (with the
``AWS_...`` variables of its server), that one is used as well.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from pipeline.model import Location, ScenePlan, Shot, Style, Treatment
from pipeline.project import ModelChoice, Project, changed
from pipeline.settings import Settings
from pipeline.studio import Studio, open_studio
from tests.cache.test_object_store import bucket
from tests.fakes.replicate_server import FakeReplicate, Manners
from tests.pipeline.jobs.test_workers_apart import LONG_S, Site, _small, _until

__all__ = ["bucket"]
pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(900)]
KEY = "r8_canary_of_workers_apart"
MODEL = "kling-2.5-turbo-pro"
PRICE = 350_000


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReplicate]:
    with FakeReplicate(Manners(seconds=6.0, drop_share=0.2)) as fake:
        monkeypatch.setenv("REPLICATE_BASE_URL", fake.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
        monkeypatch.setenv("STUDIO_DOWNLOAD_HOSTS", fake.host)
        yield fake


class PaidSite(Site):
    """A site whose artifacts may lie on a server."""

    address: str = ""

    @property
    def artifacts(self) -> Any:
        return self.address or super().artifacts


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[PaidSite]:
    site = PaidSite(tmp_path, database_url)
    yield site
    for process in site.running:
        process.kill()
        process.communicate()


@pytest.fixture
def new_app(site: PaidSite) -> Iterator[Callable[[], Studio]]:
    opened = []

    def make() -> Studio:
        settings = Settings(
            home=site.folder / "app",
            database_url=site.database_url,
            artifacts_url=str(site.artifacts),
            workers=1,
        )
        opened.append(open_studio(settings))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


def _settled(app: Studio) -> Project:
    """A project of eight seconds whose every slot is to be bought."""
    project = _small(app)
    app.engine.wait(app.start(project.id, "analysis"), LONG_S)
    slots = app.derivation(app.project(project.id)).slots
    shots = tuple(
        Shot(
            slot_id=slot.id,
            purpose="establishing",
            size="LS",
            angle="eye",
            movement="pan",
            action="Waves break on a pier.",
            location_id="sea",
        )
        for slot in slots
    )
    plan = ScenePlan(
        treatment=Treatment(),
        style=Style(),
        shots=shots,
        locations=(Location(id="sea", name="Sea", description="a grey sea under low cloud"),),
    )
    model = ModelChoice(model=MODEL)
    return app.change(
        project.id,
        app.project(project.id).revision,
        "Settle",
        lambda one: changed(one, plan=plan, model=model),
    )


def _film_of_bought_clips(site: PaidSite, app: Studio, vendor: FakeReplicate) -> None:
    lost = site.worker("lost", "compute", "text", "clips")
    project = _settled(app)
    run_id = app.start(project.id, "clips")
    _until(lambda: vendor.creations > 0, "the first clip is ordered")
    lost.kill()
    lost.communicate()
    site.worker("heir", "compute", "text", "clips")
    clips = app.engine.wait(run_id, LONG_S)
    assert (clips.state, clips.failures) == ("done", ()), clips
    film = app.engine.wait(app.start(project.id, "film"), LONG_S)
    assert film.state == "done", film
    _check(app, project, vendor)


def _check(app: Studio, project: Project, vendor: FakeReplicate) -> None:
    view = app.view(project.id)
    assert view.film is not None
    assert not view.film.previews
    with av.open(str(app.path(view.film.blob))) as file:
        assert sum(1 for _ in file.decode(video=0)) == 8 * 24
    assert all(app.path(clip.clip.blob).exists() for clip in view.clips.values() if clip.clip)
    assert vendor.creations == len(vendor.charged) == len(view.slots)
    totals = app.totals(project.id)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == (PRICE * len(view.slots), 0)


def test_bought_clips_become_a_film_through_a_shared_folder(site, new_app, vendor) -> None:
    app = new_app()
    _film_of_bought_clips(site, app, vendor)
    _no_key_anywhere(site)


def test_bought_clips_become_a_film_through_an_object_store(site, new_app, vendor, bucket) -> None:
    site.address = "s3://films/studio"
    _film_of_bought_clips(site, new_app(), vendor)
    assert any("/blobs/" in name for name in bucket.objects)


@pytest.mark.skipif("STUDIO_TEST_S3" not in os.environ, reason="STUDIO_TEST_S3 names no bucket")
def test_bought_clips_become_a_film_through_another_makers_s3(site, new_app, vendor) -> None:
    site.address = os.environ["STUDIO_TEST_S3"]
    _film_of_bought_clips(site, new_app(), vendor)


def _no_key_anywhere(site: PaidSite) -> None:
    """Homes, artifacts, logs of the processes, and a dump of the database."""
    written = [path for path in site.folder.rglob("*") if path.is_file()]
    assert len(written) > 20
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
    dump = subprocess.run(
        ["pg_dump", site.database_url.replace("+psycopg", "")],
        capture_output=True,
        check=False,
    )
    assert dump.returncode == 0, dump.stderr
    assert b"run_units" in dump.stdout
    assert KEY.encode() not in dump.stdout
    for process in site.running:
        process.kill()
        assert KEY not in "".join(process.communicate())
