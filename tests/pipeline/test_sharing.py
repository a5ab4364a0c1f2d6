"""What is said and kept when results are shared."""

from pathlib import Path

import pytest

from cache import Miss, Store
from pipeline.bench import StoreBench, open_drafts, open_store
from pipeline.errors import StorageFailed
from pipeline.settings import Settings
from pipeline.sharing import SharedPool, pool_of
from pipeline.stage import key_of
from pipeline.stages.analyze import LISTEN
from pipeline.stages.analyze.listen import ListenInputs


class Quiet:
    def progress(self, fraction: float, note: str = "") -> None:
        """Nobody watches."""


@pytest.fixture
def song(tmp_path: Path) -> Path:
    from pipeline.demo.song import write_demo_song

    path = tmp_path / "song.mp3"
    write_demo_song(path)
    return path


def _settings(tmp_path: Path, home: str, shared: str = "shared") -> Settings:
    return Settings(home=tmp_path / home, artifacts_url=str(tmp_path / shared), workers=1)


def test_an_address_that_cannot_be_reached_is_said_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = open_store(_settings(tmp_path, "home", "file/below"))

    with pytest.raises(StorageFailed, match="STUDIO_ARTIFACTS_URL") as told:
        StoreBench(store).keep_bytes(b"song", ".mp3")
    store.close()
    assert told.value.way_out


def test_without_an_address_results_stay_in_the_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    store = open_store(settings)

    assert type(store) is Store
    assert not isinstance(pool_of(settings, store), SharedPool)
    store.close()


@pytest.mark.slow
def test_a_result_is_here_only_when_it_is_there(tmp_path: Path, song: Path) -> None:
    one, two = _settings(tmp_path, "one"), _settings(tmp_path, "two")
    here, there = open_store(one), open_store(two)
    inputs = ListenInputs(song=StoreBench(here).keep_file(song, ".mp3"))
    pool, watcher = pool_of(two, there), Quiet()

    output = pool.run_stage(LISTEN.name, inputs, watcher)

    key = key_of(LISTEN, inputs)
    assert here.lookup(key) == output
    drafts, _bench = open_drafts(tmp_path / "one")
    with pytest.raises(Miss):
        drafts.lookup(key)
    for opened in (here, there, drafts):
        opened.close()
    pool.close()
