"""Reference pictures are drawn from the subject's own words."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from pipeline.model import Character, CharacterKind, Location, Style
from pipeline.stage import key_of
from pipeline.stages.poster import POSTER, PosterInputs
from pipeline.stages.reference import REFERENCE, inputs_of

ROBOT = Character(
    id="r2", name="Unit Nine", kind=CharacterKind.ROBOT, description="A tall orange robot"
)
BAY = Location(id="bay", name="The bay", description="A beach", time_of_day="dusk", weather="rain")


def picture(still, bench):
    return Image.open(BytesIO(bench.path(still.blob).read_bytes()))


def test_a_character_is_drawn_whole_and_close(bench):
    still = REFERENCE.run(inputs_of(ROBOT, Style()), bench)
    image = picture(still, bench)
    assert image.size == (still.width, still.height) == (1024, 576)
    pixels = np.asarray(image, np.int16)
    orange = (pixels[:, :, 0] > pixels[:, :, 2] + 40).mean(axis=0)
    assert orange[:512].max() > 0.1
    assert orange[512:].max() > 0.1


def test_a_location_and_another_take_of_it_differ(bench):
    first, second = (inputs_of(BAY, Style(), take) for take in (1, 2))
    assert key_of(REFERENCE, first) != key_of(REFERENCE, second)
    stills = [REFERENCE.run(one, bench) for one in (first, second)]
    assert stills[0].made_by == "preview"
    assert stills[0].blob != stills[1].blob


def test_pages_get_small_pictures_of_clips(flat_clip, bench):
    made = POSTER.run(PosterInputs(blob=flat_clip(3).blob, width=96), bench)
    assert Image.open(BytesIO(bench.path(made.blob).read_bytes())).size == (96, 54)
