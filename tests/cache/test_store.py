from pathlib import Path

import pytest

from cache import Miss, Store


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path)
    yield store
    store.close()


def _reference(blob) -> dict[str, object]:
    return {"digest": blob.digest, "suffix": blob.suffix, "bytes": blob.bytes}


def test_a_record_comes_back_with_its_blobs(store: Store) -> None:
    blob = store.blobs.put_bytes(b"frames", ".mp4")
    store.record("clip", {"frames": 48, "blob": _reference(blob)})

    assert store.lookup("clip")["blob"]["digest"] == blob.digest


def test_a_record_whose_blob_was_damaged_is_a_miss(store: Store) -> None:
    blob = store.blobs.put_bytes(b"frames", ".mp4")
    store.record("clip", {"deep": [{"blob": _reference(blob)}]})
    store.blobs.path(blob).write_bytes(b"garbage")

    with pytest.raises(Miss):
        store.lookup("clip")


def test_a_record_cannot_name_a_blob_that_is_not_there(store: Store) -> None:
    with pytest.raises(Miss):
        store.record("clip", {"blob": {"digest": "a" * 64, "suffix": ".mp4", "bytes": 1}})


def test_sweeping_frees_what_nothing_keeps_and_never_what_is_kept(store: Store) -> None:
    paid = store.blobs.put_bytes(b"paid clip", ".mp4")
    derived = store.blobs.put_bytes(b"derived", ".bin")
    later = store.blobs.path(derived).stat().st_mtime + 100

    assert store.sweep({paid.digest}, grace_s=3600, now_s=later) == 0
    assert store.sweep({paid.digest}, grace_s=10, now_s=later) == len(b"derived")
    assert store.blobs.holds(paid)
    assert not store.blobs.holds(derived)


def test_the_size_says_what_could_be_freed(store: Store) -> None:
    paid = store.blobs.put_bytes(b"paid clip", ".mp4")
    store.blobs.put_bytes(b"derived", ".bin")
    later = store.blobs.path(paid).stat().st_mtime + 30 * 24 * 3600

    size = store.size({paid.digest}, now_s=later)

    assert (size.total_bytes, size.free_able_bytes, size.files) == (16, 7, 2)
