"""The drawn frames: right shape, repeatable, different where the shot differs, on the beat."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.model import CharacterKind
from pipeline.render.painter import Scene, frames
from pipeline.render.spec import Figure, Place, SceneSpec

SIZE = (320, 180)


def luma(planes, size=SIZE):
    return planes[: size[1]].astype(np.float32)


@pytest.mark.parametrize("place", list(Place))
def test_every_place_can_be_drawn_and_moves(place):
    scene = Scene(SceneSpec(seed=5, place=place, movement="truck", duration_s=2), SIZE, 24)
    first, later = scene.planes(0), scene.planes(40)
    assert first.shape == (270, 320)
    assert first.dtype == np.uint8
    assert luma(first).std() > 8
    assert np.abs(luma(first) - luma(later)).mean() > 0.5


def test_any_frame_can_be_drawn_without_the_ones_before_it():
    spec = SceneSpec(seed=9, place=Place.CITY, movement="handheld", beats_s=(0.0, 0.5, 1.0))
    whole = list(frames(spec, SIZE, 24, -3, 20))
    assert np.array_equal(whole[15], next(frames(spec, SIZE, 24, 12, 1)))


@pytest.mark.parametrize("kind", list(CharacterKind))
def test_every_kind_of_character_is_visible(kind):
    spec = SceneSpec(seed=3, place=Place.STUDIO, size="MLS")
    someone = spec.model_copy(update={"figures": (Figure(kind=kind, garment="#c22a33", count=3),)})
    empty, full = Scene(spec, SIZE, 24).planes(0), Scene(someone, SIZE, 24).planes(0)
    assert (np.abs(luma(empty) - luma(full)) > 12).mean() > 0.02


def test_named_colours_are_seen():
    spec = SceneSpec(seed=3, place=Place.STUDIO, size="CU", hour="day")
    red = spec.model_copy(update={"figures": (Figure(garment="#c22a33"),)})
    blue = spec.model_copy(update={"figures": (Figure(garment="#2d5fc0"),)})
    redness = [Scene(one, SIZE, 24).planes(0)[225:].mean() for one in (red, blue)]
    assert redness[0] > redness[1] + 8


def test_closer_sizes_show_the_figure_larger():
    someone = (Figure(garment="#c22a33"),)
    covered = []
    for size in ("ELS", "LS", "MLS", "MS", "CU", "ECU"):
        spec = SceneSpec(seed=3, place=Place.STUDIO, size=size, figures=someone)
        chroma = Scene(spec, SIZE, 24).planes(0)[225:]
        covered.append(int((chroma > 140).sum()))
    assert covered[:5] == sorted(covered[:5])
    assert covered[0] < covered[4] / 10


def test_the_picture_brightens_on_the_beat():
    spec = SceneSpec(seed=3, place=Place.STAGE, beats_s=(1.0,), energy=(0.9,) * 30)
    scene = Scene(spec, SIZE, 24)
    assert luma(scene.planes(24)).mean() > luma(scene.planes(23)).mean() + 1


def test_no_tempo_makes_the_picture_flash_three_times_a_second():
    beats = tuple(n * 0.2 for n in range(20))
    spec = SceneSpec(seed=3, place=Place.STAGE, beats_s=beats, energy=(1.0,) * 50)
    scene = Scene(spec, SIZE, 24)
    means = np.array([luma(scene.planes(n)).mean() for n in range(96)])
    rises = np.flatnonzero(np.diff(means) > 1.0)
    assert len(rises) / 4 < 3


def test_the_same_location_looks_the_same_in_another_shot():
    shots = [SceneSpec(seed=seed, place_seed=77, place=Place.CITY) for seed in (3, 6)]
    other = SceneSpec(seed=3, place_seed=78, place=Place.CITY)
    drawn = [luma(Scene(one, SIZE, 24).planes(0)) for one in (*shots, other)]
    same, different = (np.abs(drawn[0] - drawn[n]).mean() for n in (1, 2))
    assert same < different / 2


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (240, 240), (192, 240)])
@pytest.mark.parametrize("movement", ["truck", "pan", "tilt", "crane", "orbit", "push"])
def test_no_move_shows_the_edge_of_the_paint(size, movement):
    spec = SceneSpec(seed=5, place=Place.DESERT, movement=movement, speed="fast", duration_s=1)
    scene = Scene(spec, size, 24, mark="")
    for index in (-6, 0, 24, 30):
        corners = luma(scene.planes(index), size)[-6:, [0, 1, -2, -1]]
        middle = luma(scene.planes(index), size)[-6:, size[0] // 2 - 20 : size[0] // 2 + 20]
        assert corners.mean() < middle.mean() + 40


def test_a_preview_says_what_it_is_and_carries_its_caption():
    spec = SceneSpec(seed=3, place=Place.STUDIO)
    plain = luma(Scene(spec, SIZE, 24, mark="").planes(0))
    marked = luma(Scene(spec, SIZE, 24).planes(0))
    titled = luma(Scene(spec.model_copy(update={"caption": "Hello there"}), SIZE, 24).planes(0))
    assert np.abs(marked - plain)[:30, 200:].max() > 40
    assert np.abs(titled - marked)[140:].max() > 40
    assert np.abs(titled - marked)[:120].max() == 0


@pytest.mark.parametrize("caption", ["\u200b\ufeff", "a" * 5000, "夜の街", "Ω≈ç√\n\n\tß", "🎬🎬"])
def test_odd_captions_do_no_harm(caption):
    spec = SceneSpec(seed=3, place=Place.STUDIO, caption=caption)
    assert Scene(spec, SIZE, 24).planes(0).shape == (270, 320)
