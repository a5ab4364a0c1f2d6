"""A clip is believed only after it was decoded to its last frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pipeline.errors import OutputUnusable
from pipeline.media.probe import check_clip


def write_clip(path: Path, lumas, fps=24, size=(160, 96), times=None, **options) -> Path:
    """A clip of grey frames with a moving square; brightness per frame in ``lumas``."""
    width, height = size
    with av.open(str(path), "w", format="mp4", options=options) as out:
        stream: Any = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, 1000)
        for index, luma in enumerate(lumas):
            planes = np.full((height * 3 // 2, width), 128, np.uint8)
            planes[:height] = abs(luma)
            if luma >= 0:
                planes[10:40, index * 3 % 120 : index * 3 % 120 + 30] = 235 if luma > 20 else luma
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            when = times[index] if times else index / fps
            frame.pts, frame.time_base = round(when * 1000), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def test_facts_are_counted(tmp_path):
    facts = check_clip(write_clip(tmp_path / "a.mp4", [100] * 48))
    assert (facts.width, facts.height, facts.frames, facts.declared_frames) == (160, 96, 48, 48)
    assert facts.fps == pytest.approx(24, abs=0.6)
    assert facts.duration_s == pytest.approx(2, abs=0.01)
    assert facts.steady
    assert facts.warnings == ()


def test_variable_rate_is_seen(tmp_path):
    times = [0, 0.04, 0.08, 0.3, 0.34, 0.38, 0.7, 0.74]
    assert not check_clip(write_clip(tmp_path / "a.mp4", [100] * 8, times=times)).steady


def test_black_and_frozen_stretches_are_named(tmp_path):
    lumas = [100] * 24 + [16] * 24 + [100] * 24 + [-100] * 48
    facts = check_clip(write_clip(tmp_path / "a.mp4", lumas))
    assert facts.black[0].start_s == pytest.approx(1, abs=0.1)
    assert facts.frozen[-1].end_s == pytest.approx(5, abs=0.1)
    assert any("Black from 1.0 s to 2.0 s" in warning for warning in facts.warnings)


def test_a_black_clip_is_refused(tmp_path):
    with pytest.raises(OutputUnusable, match="black"):
        check_clip(write_clip(tmp_path / "a.mp4", [16] * 30))


def test_a_truncated_clip_is_refused_although_its_header_is_whole(tmp_path):
    noise = np.random.default_rng(1).integers(30, 200, 96)
    path = write_clip(tmp_path / "a.mp4", [int(n) for n in noise], movflags="+faststart")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(OutputUnusable, match="breaks off"):
        check_clip(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>502 Bad Gateway</body></html>",
        b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:5,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        bytes(range(256)) * 40,
    ],
)
def test_what_is_no_clip_is_refused(tmp_path, content):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(OutputUnusable):
        check_clip(path)


def test_a_playlist_reaches_no_other_file(tmp_path):
    write_clip(tmp_path / "real.mp4", [100] * 24)
    playlist = tmp_path / "clip.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nreal.mp4\n#EXT-X-ENDLIST\n")
    with pytest.raises(OutputUnusable):
        check_clip(playlist)


def test_sound_without_pictures_is_refused(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(OutputUnusable, match="no moving pictures"):
        check_clip(path)


def test_a_clip_beyond_the_limits_is_refused(tmp_path):
    path = write_clip(tmp_path / "a.mp4", [100] * 8, times=[n * 30.0 for n in range(8)])
    with pytest.raises(OutputUnusable, match="longer"):
        check_clip(path)
    with pytest.raises(OutputUnusable, match="too small"):
        check_clip(write_clip(tmp_path / "b.mp4", [100] * 4, size=(48, 48)))
