"""A film is cut apart by its content: colours for the picture, noise for the sound."""

from __future__ import annotations

from itertools import pairwise

import av
import numpy as np
import pytest

from pipeline.model import FilmFormat, Transition
from pipeline.stage import key_of
from pipeline.stages.compose import (
    COMPOSE,
    PIECE,
    SOUND,
    ComposeInputs,
    FilmSlot,
    assemble,
    compose,
    pieces_of,
    plan,
)
from pipeline.timebase import frame_at

SMALL = FilmFormat(height=180)
CUTS_S = [0.37, 1.52, 2.131, 4.0, 4.9, 6.25]


@pytest.fixture
def film_inputs(flat_clip, noise_song):
    def make(cuts_s=CUTS_S, transitions=None, shape=SMALL, **changes):
        kinds = transitions or [Transition.CUT] * (len(cuts_s) - 1)
        slots = [
            FilmSlot(slot_id=f"s{i}", start_s=cut, clip=flat_clip(i % 12, 3), transition=kind)
            for i, (cut, kind) in enumerate(zip(cuts_s, kinds, strict=False))
        ]
        song = noise_song(cuts_s[-1] + 1)
        return ComposeInputs(song=song, slots=slots, end_s=cuts_s[-1], format=shape, **changes)

    return make


def _expected_colours(cuts_s, fps):
    frames = [frame_at(cut, fps, cuts_s[0]) for cut in cuts_s]
    return [i for i in range(len(cuts_s) - 1) for _ in range(frames[i], frames[i + 1])]


@pytest.mark.parametrize("fps", [24, 25, 30])
def test_every_frame_shows_the_clip_of_its_slot(film_inputs, bench, colours_of, fps):
    inputs = film_inputs(shape=FilmFormat(height=180, fps=fps))
    film = compose(inputs, bench, bench)
    assert colours_of(bench.path(film.blob)) == _expected_colours(CUTS_S, fps)


def test_the_file_is_what_players_and_browsers_expect(film_inputs, bench):
    film = compose(film_inputs(), bench, bench)
    path = bench.path(film.blob)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"colrnclx" + bytes([0, 1, 0, 1, 0, 1]) in data
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        assert (context.pix_fmt, context.color_range) == ("yuv420p", 1)
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert (video.average_rate, video.start_time, video.frames) == (24, 0, film.frames)
        steps = {b.pts - a.pts for a, b in _pairs(list(container.decode(video)))}
    assert len(steps) == 1


def test_sound_is_not_shifted_and_ends_with_the_picture(film_inputs, bench):
    inputs = film_inputs()
    film = compose(inputs, bench, bench)
    heard, rate = _sound(bench.path(film.blob))
    song, _rate = _sound(bench.path(inputs.song))
    start = round(CUTS_S[0] * rate)
    for at in (0, len(heard) // 2, len(heard) - rate):
        window = heard[at : at + rate // 2]
        shifts = range(-900, 901)
        begin = start + at
        score = [float(window @ song[max(0, begin + s) :][: len(window)]) for s in shifts]
        assert abs(shifts[int(np.argmax(score))]) / rate < 0.001
    assert abs(len(heard) / rate - film.duration_s) <= 1 / film.fps


def test_a_crossfade_is_centred_on_its_cut(film_inputs, bench):
    kinds = [Transition.CUT, Transition.CROSSFADE]
    cuts_s = [0.0, 2.0, 4.0]
    film = compose(film_inputs(cuts_s, kinds), bench, bench)
    u = _middle_chroma(bench.path(film.blob))
    assert film.frames == 96
    assert abs(u[41] - 90) < 4
    assert u[55] == pytest.approx(90, abs=4)
    blend = [value for value in _middle_luma(bench.path(film.blob))[41:55]]
    assert blend == sorted(blend)
    assert blend[7] == pytest.approx(60, abs=4)


def test_a_fade_passes_through_black_at_its_cut_and_at_the_end(film_inputs, bench):
    kinds = [Transition.FADE, Transition.FADE]
    inputs = film_inputs([0.0, 2.0, 4.0], kinds, closing=Transition.FADE)
    film = compose(inputs, bench, bench)
    luma = _middle_luma(bench.path(film.blob))
    assert max(luma[0], luma[47], luma[48], luma[-1]) < 35
    assert (luma[24], luma[72]) == (pytest.approx(40, abs=3), pytest.approx(80, abs=3))
    assert len(luma) == 96


def test_an_unchanged_film_makes_nothing_again(film_inputs, bench):
    inputs = film_inputs()
    first = compose(inputs, bench, bench)
    bench.made.clear()
    assert compose(inputs, bench, bench) == first
    assert bench.made == []


def test_a_swapped_take_makes_one_piece_and_the_film_again(film_inputs, flat_clip, bench):
    inputs = film_inputs()
    compose(inputs, bench, bench)
    bench.made.clear()
    slots = list(inputs.slots)
    slots[2] = slots[2].model_copy(update={"clip": flat_clip(9, 3)})
    compose(inputs.model_copy(update={"slots": tuple(slots)}), bench, bench)
    assert len(bench.made) == 2


def test_a_moved_cut_makes_its_two_neighbours_again(film_inputs, bench):
    inputs = film_inputs()
    compose(inputs, bench, bench)
    bench.made.clear()
    slots = list(inputs.slots)
    slots[2] = slots[2].model_copy(update={"start_s": 2.5})
    compose(inputs.model_copy(update={"slots": tuple(slots)}), bench, bench)
    assert len(bench.made) == 3


def test_the_same_clip_shown_twice_for_the_same_time_is_encoded_once(flat_clip, noise_song):
    clip = flat_clip(1)
    slots = [FilmSlot(slot_id=f"s{i}", start_s=float(i), clip=clip) for i in range(3)]
    inputs = ComposeInputs(song=noise_song(3), slots=slots, end_s=3.0, format=SMALL)
    assert len(pieces_of(inputs)) == 1


def test_a_song_that_is_over_before_the_film_is_filled_with_silence(flat_clip, noise_song, bench):
    slots = [FilmSlot(slot_id="only", start_s=0.0, clip=flat_clip(1))]
    inputs = ComposeInputs(song=noise_song(1.0), slots=slots, end_s=2.0, format=SMALL)
    film = compose(inputs, bench, bench)
    heard, rate = _sound(bench.path(film.blob))
    assert np.abs(heard[round(1.2 * rate) : round(1.9 * rate)]).max() < 0.001
    assert any("silence" in warning for warning in film.warnings)


def _pairs(frames):
    return list(pairwise(frames))


def _sound(path):
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].rate
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
        parts = [
            part.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts), rate


def _middle_luma(path):
    with av.open(str(path)) as film:
        return [float(f.to_ndarray()[80:100, 150:170].mean()) for f in film.decode(video=0)]


def _middle_chroma(path):
    with av.open(str(path)) as film:
        return [float(f.to_ndarray()[180:225].mean()) for f in film.decode(video=0)]


def test_a_piece_of_another_encoder_build_is_encoded_again(film_inputs, bench, colours_of):
    inputs = film_inputs()
    made = {key_of(PIECE, piece): PIECE.run(piece, bench) for piece in pieces_of(inputs)}
    foreign = next(iter(made))
    path = bench.scratch(".mp4")
    with av.open(str(bench.path(made[foreign].blob))) as old, av.open(str(path), "w") as new:
        stream = new.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for frame in old.decode(video=0):
            frame.pict_type = 0
            new.mux(stream.encode(frame))
        new.mux(stream.encode(None))
    blob = bench.keep_file(path, ".mp4")
    made[foreign] = made[foreign].model_copy(update={"blob": blob})
    sound = SOUND.run(plan(inputs).sound, bench)
    film = COMPOSE.run(assemble(inputs, made, sound), bench)
    assert colours_of(bench.path(film.blob)) == _expected_colours(CUTS_S, 24)
