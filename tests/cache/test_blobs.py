import hashlib
import multiprocessing
import os
from pathlib import Path

import pytest

from cache import BlobStore, Miss, StoredBlob, StoreUnwritable
from cache.blobs import writing


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "store")


def test_what_was_stored_is_read_back_under_the_digest_of_its_content(store: BlobStore) -> None:
    blob = store.put_bytes(b"song", ".wav")

    assert blob.digest == hashlib.sha256(b"song").hexdigest()
    assert store.path(blob).read_bytes() == b"song"
    assert store.path(blob).name == f"{blob.digest}.wav"


def test_the_same_content_is_stored_once(store: BlobStore) -> None:
    first = store.put_bytes(b"same", ".bin")
    second = store.put_bytes(b"same", ".bin")

    assert first == second
    assert len(list(store.each())) == 1


def test_a_missing_blob_is_a_miss(store: BlobStore) -> None:
    with pytest.raises(Miss):
        store.path(StoredBlob("0" * 64, ".bin", 3))


@pytest.mark.parametrize("damage", [b"", b"clip!", b"cl1p"])
def test_a_damaged_blob_is_a_miss_and_can_be_stored_again(store: BlobStore, damage: bytes) -> None:
    blob = store.put_bytes(b"clip", ".mp4")
    path = store.path(blob)
    path.write_bytes(damage)
    os.utime(path, ns=(1, 1))

    with pytest.raises(Miss):
        store.path(blob)
    assert store.put_bytes(b"clip", ".mp4") == blob
    assert store.path(blob).read_bytes() == b"clip"


def _put_many(root: Path) -> None:
    store = BlobStore(root)
    for number in range(40):
        store.put_bytes(f"content {number}".encode(), ".txt")


def test_many_processes_may_store_the_same_content_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_put_many, args=(tmp_path,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0] * 4
    store = BlobStore(tmp_path)
    assert len(list(store.each())) == 40
    assert not list((tmp_path / "scratch").iterdir())


def test_a_full_disk_leaves_nothing_half_written_and_says_so(tmp_path: Path) -> None:
    # /dev/full refuses every write with ENOSPC: a real full disk for one file.
    store = BlobStore(tmp_path)
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    full = store.scratch(".bin")
    full.symlink_to("/dev/full")

    with pytest.raises(StoreUnwritable) as caught, writing(full):
        full.write_bytes(b"x" * 100)
    assert caught.value.full
    assert not list(store.each())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    with pytest.raises(StoreUnwritable, match="file"):
        BlobStore(blocked / "store")


def test_leftovers_of_killed_writers_are_swept_when_they_are_old(store: BlobStore) -> None:
    leftover = store.scratch(".mp4")
    leftover.write_bytes(b"half a clip")

    assert store.sweep_scratch(3600, leftover.stat().st_mtime + 10) == 0
    assert store.sweep_scratch(3600, leftover.stat().st_mtime + 4000) == len(b"half a clip")
    assert not leftover.exists()
