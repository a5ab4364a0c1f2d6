"""The smaller copy of a film that a share plays."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from pipeline.media.smaller import write_smaller


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Three seconds at 24 frames a second, with sound."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        sound = out.add_stream("aac", rate=44100)
        for index in range(72):
            frame = av.VideoFrame(640, 360, "yuv420p")
            for plane, value in zip(frame.planes, (index * 3, 90, 160), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts = index
            out.mux(video.encode(frame))
        for start in range(0, 3 * 44100, 1024):
            heard = av.AudioFrame("fltp", "mono", 1024)
            heard.planes[0].update(bytes(heard.planes[0].buffer_size))
            heard.sample_rate, heard.pts = 44100, start
            out.mux(sound.encode(heard))
        out.mux(video.encode(None))
        out.mux(sound.encode(None))
    return path


def test_the_copy_shows_every_frame_at_its_time_and_keeps_the_sound(
    film: Path, tmp_path: Path
) -> None:
    said: list[float] = []
    write_smaller(film, tmp_path / "copy.mp4", 144, 1, said.append)

    with av.open(str(film)) as whole, av.open(str(tmp_path / "copy.mp4")) as copy:
        assert (copy.streams.video[0].width, copy.streams.video[0].height) == (256, 144)
        times = [[frame.time for frame in one.decode(video=0)] for one in (whole, copy)]
        assert times[0] == pytest.approx(times[1])
        assert len(times[1]) == 72
    with av.open(str(film)) as whole, av.open(str(tmp_path / "copy.mp4")) as copy:
        heard = [sum(p.size for p in one.demux(audio=0) if p.size) for one in (whole, copy)]
        assert heard[0] == heard[1]
    assert max(said) == pytest.approx(1, abs=0.05)
