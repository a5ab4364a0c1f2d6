"""Frames are found by time, wherever a clip's key frames lie and however its times run."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.errors import OutputUnusable
from pipeline.media.video_read import frames_at


@pytest.fixture
def counting_clip(tmp_path):
    """A clip whose brightness is its frame number, at given times, with one key frame only."""

    def make(times_s, suffix=".mp4"):
        path = tmp_path / f"clip{suffix}"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=24, options={"x264-params": "keyint=1000"})
            stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            for number, time_s in enumerate(times_s):
                planes = np.full((144, 160), 128, np.uint8)
                planes[:96] = 20 + number
                frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
                frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path

    return make


def numbers(path, wanted_s):
    return [
        round(float(frame.to_ndarray()[:96].mean())) - 20 for frame in frames_at(path, wanted_s)
    ]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("from_s", [0.0, 0.9, 1.5, 4.0, 6.9])
def test_reading_may_begin_anywhere(counting_clip, suffix, from_s):
    path = counting_clip([number / 24 for number in range(180)], suffix)
    wanted_s = [from_s + number / 24 for number in range(10)]
    assert numbers(path, wanted_s) == [min(179, int(one * 24 + 0.05)) for one in wanted_s]


def test_a_frame_that_stands_for_seconds_is_found_in_its_middle(counting_clip):
    path = counting_clip([0.0, 0.1, 0.2, 3.5, 3.6, 8.0, 8.1])
    assert numbers(path, [2.9, 3.0, 3.55, 7.0, 8.05]) == [2, 2, 3, 4, 5]


def test_times_that_fall_are_read_backwards(counting_clip):
    path = counting_clip([number / 24 for number in range(150)])
    order = [*range(140, 150), *range(148, 20, -1), *range(22, 30)]
    assert numbers(path, [number / 24 for number in order]) == order


def test_past_the_end_the_last_frame_stays(counting_clip):
    assert numbers(counting_clip([0.0, 0.1, 0.2]), [0.15, 5.0, 9.0]) == [1, 2, 2]


def test_a_clip_that_breaks_off_is_named(counting_clip, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(counting_clip([n / 24 for n in range(48)]).read_bytes()[:900])
    with pytest.raises(OutputUnusable):
        numbers(broken, [0.0, 1.0])
