import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import diskcache
import pytest

from cache import Index, Miss


@pytest.fixture
def index(tmp_path: Path):
    index = Index(tmp_path / "index")
    yield index
    index.close()


def test_a_record_is_read_back_as_it_was_stored(index: Index) -> None:
    index.put("key", {"beats": [0.5, 1.0], "title": "Nacht ☾"})

    assert index.get("key") == {"beats": [0.5, 1.0], "title": "Nacht ☾"}


def test_an_unknown_key_is_a_miss(index: Index) -> None:
    with pytest.raises(Miss):
        index.get("nothing")


def test_a_pickle_smuggled_into_the_index_is_never_loaded(tmp_path: Path, index: Index) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "exploded",))

    foreign = diskcache.Cache(str(tmp_path / "index"))
    foreign.set("key", Bomb())
    foreign.close()
    assert pickle  # the standard module is what the default disk would have used

    with pytest.raises(Miss):
        index.get("key")
    assert not (tmp_path / "exploded").exists()


def test_a_record_changed_by_hand_is_a_miss(tmp_path: Path, index: Index) -> None:
    index.put("key", {"price_usd_micro": 350_000})
    text = index._cache.get("key")
    index._cache.set("key", text.replace("350000", "350001"))

    with pytest.raises(Miss):
        index.get("key")


def test_nothing_is_evicted_however_much_is_stored(index: Index) -> None:
    for number in range(300):
        index.put(f"key {number}", {"text": "x" * 40_000})

    assert len(list(index.keys())) == 300
    assert index.get("key 0")["text"] == "x" * 40_000


def test_only_the_owner_can_open_the_folder(tmp_path: Path, index: Index) -> None:
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


WRITER = """
import sys
from pathlib import Path
from cache import Index
index = Index(Path(sys.argv[1]))
number = 0
while True:
    index.put(f"key {number % 50}", {"number": number, "text": "y" * 5000})
    number += 1
"""


def test_a_killed_writer_leaves_whole_records_only(tmp_path: Path) -> None:
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "index")])
        deadline = time.monotonic() + 20
        while not (tmp_path / "index" / "cache.db").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()

    index = Index(tmp_path / "index")
    for key in index.keys():  # noqa: SIM118  # an index is no dictionary
        assert len(index.get(key)["text"]) == 5000
    index.close()
