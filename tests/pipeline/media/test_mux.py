"""Pieces are joined by copying packets: every frame once, in order, evenly spaced."""

from __future__ import annotations

import av
import numpy as np
import pytest

from pipeline.errors import InternalFault
from pipeline.media.encode import VideoWriter, parameter_sets
from pipeline.media.mux import Span, copyable, join, measure, parameter_sets_of

SIZE = (160, 96)
LENGTHS = (1, 2, 3, 1, 1, 5, 2, 48, 1, 3, 30, 1)


@pytest.fixture
def write(tmp_path):
    def make(name, lumas, keys=(), effort="film", size=SIZE):
        path = tmp_path / f"{name}.mp4"
        with VideoWriter(path, size, 24, keys).with_effort(effort) as writer:
            for luma in lumas:
                planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
                planes[: size[1]] = luma
                writer.write_planes(planes)
        return path

    return make


def lumas_of(path):
    with av.open(str(path)) as film:
        return [round(float(frame.to_ndarray()[:96].mean())) for frame in film.decode(video=0)]


def test_pieces_of_any_length_make_one_even_stream(write, tmp_path):
    spans, wanted = [], []
    for number, length in enumerate(LENGTHS):
        lumas = [20 + (number * 17 + n * 3) % 200 for n in range(length)]
        effort = "preview" if number % 2 else "film"
        spans.append(Span(write(f"p{number}", lumas, effort=effort), 0, length))
        wanted += lumas
    out = tmp_path / "film.mp4"
    join(spans, None, out, 24)
    facts = measure(out, 24)
    assert (facts.frames, facts.steady) == (98, True)
    assert np.abs(np.array(lumas_of(out)) - np.array(wanted)).max() <= 2


def test_a_span_between_two_key_frames_is_cut_out_exactly(write, tmp_path):
    path = write("handles", range(20, 120), keys={6, 94})
    span = Span(path, 6, 88)
    assert copyable(span, SIZE, 24)
    out = tmp_path / "film.mp4"
    join([span, span], None, out, 24)
    seen = lumas_of(out)
    assert np.abs(np.array(seen) - np.array([*range(26, 114)] * 2)).max() <= 2


@pytest.mark.parametrize("span", [(7, 87), (6, 87), (6, 95), (0, 101)])
def test_a_span_that_leans_on_other_frames_is_refused(write, span):
    path = write("handles", range(20, 120), keys={6, 94})
    assert not copyable(Span(path, *span), SIZE, 24)


def test_another_size_or_rate_is_not_copied(write):
    path = write("clip", range(20, 60))
    assert copyable(Span(path, 0, 40), SIZE, 24)
    assert not copyable(Span(path, 0, 40), SIZE, 25)
    assert not copyable(Span(path, 0, 40), (160, 90), 24)


def test_pieces_that_were_encoded_differently_are_not_mixed(write, tmp_path):
    spans = [Span(write("a", [50] * 5), 0, 5), Span(write("b", [50] * 5, size=(192, 96)), 0, 5)]
    with pytest.raises(InternalFault):
        join(spans, None, tmp_path / "film.mp4", 24)


def test_all_pieces_of_a_format_carry_the_parameter_sets_of_the_encoder(write, tmp_path):
    ours = parameter_sets(SIZE, 24, tmp_path / "probe.mp4")
    for effort in ("film", "preview"):
        assert parameter_sets_of(write(effort, range(30, 90), effort=effort)) == ours
