import io
from pathlib import Path

import pytest
from PIL import Image

from cache import Store
from pipeline.bench import StoreBench
from pipeline.errors import BadInput, OutOfBounds
from pipeline.projects.pictures import take_in_picture


@pytest.fixture
def bench(tmp_path: Path):
    store = Store(tmp_path / "store")
    yield StoreBench(store)
    store.close()


def _file(size: tuple[int, int], kind: str = "PNG", exif: Image.Exif | None = None) -> io.BytesIO:
    file = io.BytesIO()
    picture = Image.new("RGB", size, "teal")
    if exif:
        picture.save(file, kind, exif=exif)
    else:
        picture.save(file, kind)
    file.seek(0)
    return file


def test_a_picture_is_kept_as_a_jpeg_of_bounded_size(bench: StoreBench) -> None:
    blob = take_in_picture(_file((3000, 1500)), bench)

    with Image.open(bench.path(blob)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (2048, 1024))


def test_a_picture_taken_upright_stays_upright_and_loses_its_hidden_data(bench: StoreBench) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    blob = take_in_picture(_file((800, 400), "JPEG", exif), bench)

    with Image.open(bench.path(blob)) as kept:
        assert kept.size == (400, 800)
    assert b"secret place" not in bench.path(blob).read_bytes()


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg onload='alert(1)'/>", b"\x89PNG broken"]
)
def test_what_is_no_picture_is_refused_in_words(bench: StoreBench, content: bytes) -> None:
    with pytest.raises(BadInput, match="not a picture"):
        take_in_picture(io.BytesIO(content), bench)


def test_a_picture_too_small_for_the_models_is_refused(bench: StoreBench) -> None:
    with pytest.raises(OutOfBounds, match="200 by 900"):
        take_in_picture(_file((200, 900)), bench)


def test_a_decompression_bomb_is_refused_before_it_is_decoded(bench: StoreBench) -> None:
    with pytest.raises(BadInput):
        take_in_picture(_file((20_000, 9_000)), bench)
