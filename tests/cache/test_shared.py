"""Two machines, each with a store of its own, and one folder between them."""

from pathlib import Path

import pytest

from cache import Miss, Remote, RemoteAway, SharedStore, Store, StoredBlob
from cache.remote import blob_name, record_name


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "shared folder"


@pytest.fixture
def machine(tmp_path: Path, shelf: Path):
    opened = []

    def make(name: str, url: str | None = None) -> SharedStore:
        store = SharedStore(tmp_path / name, Remote(url or str(shelf)))
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


def _record(blob: StoredBlob) -> dict[str, object]:
    return {"clip": {"digest": blob.digest, "suffix": blob.suffix, "bytes": blob.bytes}}


def _made(store: SharedStore, key: str = "k1", data: bytes = b"frames") -> StoredBlob:
    blob = store.blobs.put_bytes(data, ".mp4")
    store.record(key, _record(blob))
    return blob


def test_what_one_machine_made_another_finds_and_opens(machine) -> None:
    blob = _made(machine("a"))
    other = machine("b")

    assert other.lookup("k1") == _record(blob)
    assert other.blobs.path(blob).read_bytes() == b"frames"


def test_a_song_taken_in_reaches_the_others_before_anything_is_recorded(machine) -> None:
    song = machine("a").blobs.put_bytes(b"song", ".mp3")

    assert machine("b").blobs.path(song).read_bytes() == b"song"


def test_looking_does_not_fetch_files(machine) -> None:
    blob = _made(machine("a"))
    other = machine("b")

    other.lookup("k1")

    assert not other.blobs.where(blob).exists()


def test_what_is_known_here_needs_no_second_copy_of_the_manifest(machine, shelf: Path) -> None:
    blob, store = _made(machine("a")), machine("a")
    (shelf / record_name("k1")).unlink()

    assert store.lookup("k1") == _record(blob)


def test_a_record_is_never_visible_before_its_files(machine, shelf: Path) -> None:
    unknown = StoredBlob("ab" * 32, ".mp4", 4)

    with pytest.raises(Miss):
        machine("a").record("k1", _record(unknown))

    assert not (shelf / record_name("k1")).exists()


@pytest.mark.parametrize("found", [b"frame", b"", b"FRAMES"])
def test_a_shared_file_that_is_not_what_its_name_says_is_made_again(
    machine, shelf: Path, found: bytes
) -> None:
    blob, other = _made(machine("a")), machine("b")
    (shelf / blob_name(blob)).write_bytes(found)

    with pytest.raises(Miss):
        other.blobs.path(blob)
    with pytest.raises(Miss):
        other.lookup("k1")
    _made(other)

    assert machine("c").blobs.path(blob).read_bytes() == b"frames"
    assert machine("c").lookup("k1") == _record(blob)


def test_a_damaged_manifest_is_a_miss_and_is_replaced(machine, shelf: Path) -> None:
    _made(machine("a"))
    (shelf / record_name("k1")).write_bytes(b"{}")
    other = machine("b")

    with pytest.raises(Miss):
        other.lookup("k1")
    blob = _made(other, data=b"again")

    assert machine("c").lookup("k1") == _record(blob)


def test_of_two_machines_that_made_the_same_the_first_stands_on_both(machine) -> None:
    first, second = machine("a"), machine("b")
    blob = _made(first, data=b"encoded by one")
    mine = second.blobs.put_bytes(b"encoded by another", ".mp4")

    assert second.record("k1", _record(mine)) == _record(blob)
    assert second.lookup("k1") == _record(blob)


def test_a_file_lost_here_is_fetched_again(machine) -> None:
    store = machine("a")
    blob = _made(store)
    store.blobs.path(blob).write_bytes(b"garbage")

    assert store.blobs.path(blob).read_bytes() == b"frames"


def test_what_was_lost_everywhere_is_a_miss(machine, shelf: Path) -> None:
    blob = _made(machine("a"))
    (shelf / blob_name(blob)).unlink()

    with pytest.raises(Miss):
        machine("b").lookup("k1")


def test_an_index_of_its_own_shares_the_files_but_not_the_records(tmp_path: Path, machine) -> None:
    store = machine("a")
    drafts = Store(tmp_path / "a", index="drafts")
    blob = drafts.blobs.put_bytes(b"frames", ".mp4")
    drafts.record("k1", _record(blob))
    drafts.close()

    with pytest.raises(Miss):
        store.lookup("k1")
    assert store.record("k1", _record(blob)) == _record(blob)


def test_a_store_that_cannot_be_reached_is_no_miss(machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = machine("a", str(tmp_path / "file" / "below"))

    with pytest.raises(RemoteAway):
        store.lookup("k1")
    with pytest.raises(RemoteAway):
        store.blobs.put_bytes(b"song", ".mp3")


def test_a_lost_server_is_no_miss_and_its_keys_are_not_told(machine, monkeypatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "canary-id",
        "AWS_SECRET_ACCESS_KEY": "canary-secret",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    store = machine("a", "s3://bucket/studio")

    with pytest.raises(RemoteAway) as told:
        store.lookup("k1")

    assert "canary" not in f"{told.value!r} {told.value.__cause__!r}"
    assert "127.0.0.1" not in str(told.value)
