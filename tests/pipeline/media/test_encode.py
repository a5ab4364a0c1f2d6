"""What the one encoder writes, and the small pictures taken out of it."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.media.encode import VideoWriter, write_clip
from pipeline.media.video_poster import contact_sheet, poster


def planes(luma, size=(320, 180)):
    made = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    made[: size[1]] = luma
    return made


def test_a_file_is_tagged_constant_and_cut_into_closed_groups(tmp_path):
    path = tmp_path / "a.mp4"
    with VideoWriter(path, (320, 180), 30, keys={17}) as writer:
        for index in range(130):
            writer.write_planes(planes(30 + index))
    with av.open(str(path)) as clip:
        stream = clip.streams.video[0]
        context = stream.codec_context
        assert (context.pix_fmt, context.color_range, context.colorspace) == ("yuv420p", 1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)
        assert stream.average_rate == 30
        keys = [p.pts * p.time_base * 30 for p in clip.demux(stream) if p.size and p.is_keyframe]
    assert keys == [0, 17, 77]


def test_a_failure_while_writing_is_not_hidden(tmp_path):
    path = tmp_path / "a.mp4"
    with pytest.raises(RuntimeError, match="the drawing failed"), VideoWriter(path, (320, 180), 24):
        raise RuntimeError("the drawing failed")


def test_a_poster_shows_the_frame_of_its_time(tmp_path):
    path = tmp_path / "a.mp4"
    write_clip(path, [planes(40)] * 24 + [planes(200)] * 24, (320, 180), 24)
    for at_s, wanted in ((0.5, 28), (1.5, 214), (99.0, 214)):
        picture = Image.open(BytesIO(poster(path, at_s, 160)))
        assert picture.size == (160, 90)
        assert np.asarray(picture).mean() == pytest.approx(wanted, abs=6)


def test_a_contact_sheet_lays_frames_side_by_side(tmp_path):
    path = tmp_path / "a.mp4"
    write_clip(path, [planes(40 + 3 * n) for n in range(48)], (320, 180), 24)
    sheet = Image.open(BytesIO(contact_sheet(path, [0.0, 0.5, 1.0, 1.5, 1.9], 3, 96)))
    assert sheet.size == (288, 108)
