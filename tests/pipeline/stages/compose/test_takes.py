"""Clips as vendors really deliver them: every shape, rate, rotation and colour fits the film."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from pipeline.errors import BadInput, OutputUnusable
from pipeline.model import Clip, FilmFormat, Fit
from pipeline.stages.compose import PIECE, ComposeInputs, FilmSlot, compose, pieces_of, plan

SMALL = FilmFormat(height=180)


@pytest.fixture
def one_slot(noise_song):
    """A film of one slot filled by a clip."""

    def make(clip, seconds=1.0, shape=SMALL, **slot):
        slots = [FilmSlot(slot_id="only", start_s=0.0, clip=clip, **slot)]
        return ComposeInputs(song=noise_song(seconds), slots=slots, end_s=seconds, format=shape)

    return make


@pytest.fixture
def shown(bench, one_slot):
    """The film's frames, as arrays of planes, that a clip becomes."""

    def make(clip, seconds=1.0, shape=SMALL, **slot):
        film = compose(one_slot(clip, seconds, shape, **slot), bench, bench)
        with av.open(str(bench.path(film.blob))) as container:
            return [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]

    return make


@pytest.fixture
def odd_clip(bench):
    """A clip written with any codec, pixel format, shape and time stamps."""

    def make(picture, size, frames=24, fps=24, codec="libx264", **how):
        path = bench.scratch(how.get("suffix", ".mp4"))
        pix_fmt = how.get("pix_fmt", "yuv420p")
        with av.open(str(path), "w") as out:
            stream = out.add_stream(codec, rate=fps, options=how.get("options", {}))
            stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            for name, value in how.get("context", {}).items():
                setattr(stream.codec_context, name, value)
            for index in range(frames):
                rgb = picture(index) if callable(picture) else picture
                frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
                frame = frame.reformat(format=pix_fmt, dst_colorspace=how.get("matrix", "itu709"))
                when = how["times"][index] if "times" in how else index / fps
                frame.pts, frame.time_base = round(when * 1000), Fraction(1, 1000)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        blob = bench.keep_file(path, path.suffix)
        return Clip(blob=blob, width=size[0], height=size[1], frames=frames, fps=fps, made_by="x")

    return make


def halves(size, top, bottom):
    """A picture in two colours, one above the other."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[: size[1] // 2], picture[size[1] // 2 :] = top, bottom
    return picture


def brightness(planes, row, column=0.5, size=(320, 180)):
    y, x = int(row * size[1]), int(column * size[0])
    return float(planes[: size[1]][max(0, y - 3) : y + 3, max(0, x - 3) : x + 3].mean())


WHITE, GREY, BLACK = (255, 255, 255), (128, 128, 128), (0, 0, 0)


@pytest.mark.parametrize("size", [(640, 480), (180, 320), (322, 242), (1024, 256)])
def test_a_crop_fills_the_frame(shown, odd_clip, size):
    frames = shown(odd_clip(halves(size, WHITE, GREY), size))
    assert brightness(frames[5], 0.05) == pytest.approx(235, abs=6)
    assert brightness(frames[5], 0.95) == pytest.approx(126, abs=6)


def test_a_crop_keeps_the_focus(shown, odd_clip):
    clip = odd_clip(halves((180, 320), WHITE, GREY), (180, 320))
    assert brightness(shown(clip, focus=(0.5, 0.0))[3], 0.95) > 200
    assert brightness(shown(clip, focus=(0.5, 1.0))[3], 0.05) < 140


def test_a_letterbox_shows_all_between_black_bars(shown, odd_clip):
    shape = FilmFormat(height=180, fit=Fit.LETTERBOX)
    frame = shown(odd_clip(halves((180, 320), WHITE, GREY), (180, 320)), shape=shape)[5]
    assert brightness(frame, 0.5, 0.05) == pytest.approx(16, abs=3)
    assert brightness(frame, 0.05) > 220
    assert brightness(frame, 0.95) == pytest.approx(126, abs=8)


def test_a_blur_shows_all_on_a_dim_copy(shown, odd_clip):
    shape = FilmFormat(height=180, fit=Fit.BLUR)
    frame = shown(odd_clip(halves((180, 320), WHITE, GREY), (180, 320)), shape=shape)[5]
    assert brightness(frame, 0.05) > 220
    assert 60 < brightness(frame, 0.1, 0.05) < 190


@pytest.mark.parametrize("aspect", ["16:9", "9:16", "1:1", "4:5"])
@pytest.mark.parametrize("fit", list(Fit))
def test_every_aspect_and_fit_makes_a_film_of_its_size(shown, odd_clip, aspect, fit):
    shape = FilmFormat(height=320, aspect=aspect, fit=fit)
    clip = odd_clip(halves((320, 180), WHITE, GREY), (320, 180))
    wide, high = shape.size
    assert shown(clip, shape=shape)[0].shape == (high * 3 // 2, wide)


def test_oblong_pixels_are_made_square(shown, odd_clip):
    def ring(_index):
        y, x = np.mgrid[0:180, 0:240]
        inside = ((x - 120) / 60) ** 2 + ((y - 90) / 80) ** 2 < 1
        return np.repeat((inside * 255).astype(np.uint8)[:, :, None], 3, axis=2)

    clip = odd_clip(ring, (240, 180), context={"sample_aspect_ratio": Fraction(4, 3)})
    luma = shown(clip)[5][:180] > 128
    assert luma.sum(axis=1).max() == pytest.approx(luma.sum(axis=0).max(), abs=4)


def test_a_turned_clip_stands_upright(shown, odd_clip, bench):
    clip = odd_clip(halves((320, 180), WHITE, GREY), (320, 180))
    turned = clip.model_copy(update={"blob": rotated(bench, clip.blob)})
    frame = shown(turned)[5]
    left, right = brightness(frame, 0.5, 0.05), brightness(frame, 0.5, 0.95)
    assert right - left > 80


def rotated(bench, blob):
    """The same file with a quarter turn in its track's matrix, as phones write it."""
    data = bytearray(bench.path(blob).read_bytes())
    at = data.index(b"tkhd") + 4
    matrix = at + (40 if data[at] == 0 else 52)
    words = [0, 0x00010000, 0, -0x00010000, 0, 0, 180 << 16, 0, 0x40000000]
    for index, word in enumerate(words):
        data[matrix + 4 * index : matrix + 4 * index + 4] = (word & 0xFFFFFFFF).to_bytes(4, "big")
    return bench.keep_bytes(bytes(data), ".mp4")


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [("libx264", "yuv444p", ".mp4"), ("libvpx-vp9", "yuva420p", ".webm"),
     ("libx265", "yuv420p10le", ".mp4"), ("mjpeg", "yuvj420p", ".mov")],
)  # fmt: skip
def test_any_pixel_format_becomes_the_films_own(shown, odd_clip, codec, pix_fmt, suffix):
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    clip = odd_clip(halves((320, 180), WHITE, GREY), (320, 180), 12, codec=codec,
                    pix_fmt=pix_fmt, suffix=suffix, options=options,
                    context={"color_range": 2} if codec == "mjpeg" else {})  # fmt: skip
    frame = shown(clip, 0.5)[5]
    assert brightness(frame, 0.1) == pytest.approx(235, abs=8)
    assert brightness(frame, 0.9) == pytest.approx(126, abs=8)


def test_high_dynamic_range_is_brought_down(shown, odd_clip):
    tags = {"color_trc": 16, "color_primaries": 9, "colorspace": 9}
    options = {"x265-params": "log-level=none:colorprim=9:transfer=16:colormatrix=9"}
    clip = odd_clip(halves((320, 180), (148, 148, 148), (60, 60, 60)), (320, 180), 12,
                    codec="libx265", pix_fmt="yuv420p10le", context=tags, options=options,
                    matrix="itu709")  # fmt: skip
    frame = shown(clip, 0.5)[5]
    top, bottom = brightness(frame, 0.1), brightness(frame, 0.9)
    # 58 % of PQ is the white of paper: it must not stay a mid grey.
    assert top > 190
    assert bottom < 80


def counting(index):
    """Frame number as brightness."""
    return np.full((180, 320, 3), 30 + 4 * index, np.uint8)


def numbers(frames):
    return [round((brightness(planes, 0.5) - 16) * 255 / 219 / 4 - 7.5) for planes in frames]


@pytest.mark.parametrize(("source_fps", "film_fps"), [(24, 30), (30, 24), (25, 24), (24, 25)])
def test_frames_are_chosen_by_time(shown, odd_clip, source_fps, film_fps):
    clip = odd_clip(counting, (320, 180), source_fps, source_fps)
    frames = shown(clip, 1.0, FilmFormat(height=180, fps=film_fps))
    wanted = [int(n * source_fps / film_fps + 1e-3) for n in range(film_fps)]
    assert numbers(frames) == wanted


def test_variable_rate_is_followed(shown, odd_clip):
    times = [0.0, 0.1, 0.15, 0.5, 0.55, 0.9]
    clip = odd_clip(counting, (320, 180), 6, 6, times=times)
    wanted = [max(n for n, at in enumerate(times) if at <= f / 24 + 1e-3) for f in range(24)]
    assert numbers(shown(clip, 1.0)) == wanted


def test_a_clip_a_little_short_is_slowed_down(shown, odd_clip, one_slot):
    clip = odd_clip(counting, (320, 180), 20)
    seen = numbers(shown(clip, 1.0))
    assert (len(seen), seen[0], seen[-1]) == (24, 0, 19)
    assert seen == sorted(seen)
    assert "runs at 83% of its speed." in plan(one_slot(clip)).warnings[0]


def test_a_clip_far_too_short_runs_back_and_forth_and_says_so(shown, odd_clip, one_slot):
    clip = odd_clip(counting, (320, 180), 12)
    seen = numbers(shown(clip, 2.0))
    assert len(seen) == 48
    assert max(abs(a - b) for a, b in pairwise(seen)) <= 1
    assert max(seen) == 11
    assert seen[-1] < 11
    assert "backwards" in plan(one_slot(clip, 2.0)).warnings[0]


def test_the_clips_own_beginning_can_be_skipped(shown, odd_clip):
    clip = odd_clip(counting, (320, 180), 48)
    assert numbers(shown(clip, 1.0, in_s=0.5))[0] == 12


def test_a_start_time_that_is_not_zero_is_taken_off(shown, odd_clip):
    clip = odd_clip(counting, (320, 180), 24, times=[5 + n / 24 for n in range(24)], suffix=".mkv")
    assert numbers(shown(clip, 1.0)) == list(range(24))


def test_a_damaged_clip_is_named_as_such(one_slot, bench):
    clip = Clip(blob=bench.keep_bytes(b"<html>", ".mp4"), width=1, height=1, frames=9, fps=24,
                made_by="x")  # fmt: skip
    with pytest.raises(OutputUnusable):
        PIECE.run(pieces_of(one_slot(clip))[0], bench)


def test_a_slot_without_a_frame_is_refused(flat_clip, noise_song):
    slots = [FilmSlot(slot_id=f"s{n}", start_s=n * 0.01, clip=flat_clip(n)) for n in range(3)]
    with pytest.raises(BadInput, match="shorter than one frame"):
        plan(ComposeInputs(song=noise_song(3), slots=slots, end_s=2.0, format=SMALL))
