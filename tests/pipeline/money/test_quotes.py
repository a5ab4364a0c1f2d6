from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.errors import BadInput
from pipeline.model import Aspect, FilmFormat, ScenePlan, Shot, Slot, Style, Treatment
from pipeline.money.catalogue import load
from pipeline.money.choices import choose, choose_section, effective_choice, recommend
from pipeline.money.prices import bought_duration, fits, price, resolution_for, token_price
from pipeline.money.quotes import hints, quote_clip, quote_film
from pipeline.project import ModelChoice, Project, ReferenceChoice

CATALOGUE = load()
TODAY = date(2026, 11, 23)
KLING = "kling-2.5-turbo-pro"


def slot(start_s: float, end_s: float, index: int = 0, section: str = "verse") -> Slot:
    return Slot(id=f"slot{index}", index=index, start_s=start_s, end_s=end_s, section=section)


def shot(slot_id: str = "slot0", **fields: Any) -> Shot:
    base = {"purpose": "narrative", "size": "MS", "angle": "eye", "movement": "static"}
    return Shot(**{**base, "slot_id": slot_id, "action": "walks", **fields})


def project(**fields: Any) -> Project:
    base = {"id": "night-drive-00001", "title": "Night Drive", "created_at": "2026-11-22"}
    return Project(**{**base, "model": ModelChoice(model=KLING), **fields})


@pytest.mark.parametrize(
    ("key", "seconds", "resolution", "usd"),
    [
        (KLING, 5, "1080p", 0.35),
        (KLING, 10, "1080p", 0.70),
        ("kling-2.1", 5, "720p", 0.25),
        ("kling-2.1", 10, "1080p", 0.90),
        ("kling-2.1-master", 10, "1080p", 2.80),
        ("hailuo-2.3", 6, "768p", 0.28),
        ("hailuo-2.3", 10, "768p", 0.56),
        ("hailuo-2.3", 6, "1080p", 0.49),
        ("hailuo-2.3-fast", 6, "768p", 0.19),
        ("wan-2.5-i2v", 5, "480p", 0.25),
        ("wan-2.5-i2v", 5, "1080p", 0.75),
        ("veo-3.1", 8, "1080p", 1.60),
        ("veo-3.1-fast", 6, "1080p", 0.60),
        ("preview", 5.2, "any", 0.0),
    ],
)
def test_prices_are_the_documented_ones(
    key: str, seconds: float, resolution: str, usd: float
) -> None:
    assert price(CATALOGUE.get(key), seconds, resolution) == round(usd * 1_000_000)


def test_sound_doubles_the_price_of_veo() -> None:
    veo = CATALOGUE.get("veo-3.1")
    assert price(veo, 8, "1080p", audio=True) == 2 * price(veo, 8, "1080p")


def test_ten_seconds_of_hailuo_are_not_sold_at_1080p() -> None:
    with pytest.raises(BadInput, match="sells no 10 seconds at 1080p"):
        price(CATALOGUE.get("hailuo-2.3"), 10, "1080p")
    assert resolution_for(CATALOGUE.get("hailuo-2.3"), 1080, 9.0) == "768p"


def test_a_plan_of_ten_thousand_tokens_costs_five_cents() -> None:
    assert token_price(CATALOGUE.get("gpt-6.1-terra")).usd_micro(10_000, 8_000) == 50_000


@pytest.mark.parametrize(
    ("key", "needed", "bought"),
    [
        (KLING, 4.9, 5),
        (KLING, 5.0, 5),
        (KLING, 5.2, 10),
        ("veo-3.1", 4.1, 6),
        ("kling-3", 5.2, 6),
        ("kling-3", 1.0, 3),
        ("preview", 5.2, 5.2),
        ("preview", 0.1, 0.2),
    ],
)
def test_the_shortest_length_that_is_sold_is_bought(key: str, needed: float, bought: float) -> None:
    assert bought_duration(CATALOGUE.get(key), needed) == bought


def test_nothing_is_bought_for_a_slot_that_is_too_long() -> None:
    with pytest.raises(BadInput, match="makes at most 8 seconds"):
        bought_duration(CATALOGUE.get("veo-3.1"), 8.5)


def test_a_model_says_why_it_cannot_serve_a_slot() -> None:
    wide, tall = FilmFormat(), FilmFormat(aspect=Aspect.PORTRAIT)
    kling, wan = CATALOGUE.get(KLING), CATALOGUE.get("wan-2.5-i2v")
    assert fits(kling, slot(0, 5), wide, has_start_frame=False) == ()
    assert "at most 10 s" in fits(kling, slot(0, 10.5), wide, has_start_frame=False)[0]
    assert "not 4:5" in fits(kling, slot(0, 5), tall, has_start_frame=False)[0]
    assert fits(kling, slot(0, 5), tall, has_start_frame=True) == ()
    assert "needs a start frame" in fits(wan, slot(0, 5), wide, has_start_frame=False)[0]
    retired = fits(CATALOGUE.get("kling-2.1-master"), slot(0, 5), wide, True, TODAY)
    assert retired == ("was retired on 2026-09-15",)


def test_choices_cascade_and_say_where_they_come_from() -> None:
    base = project()
    assert effective_choice(base, slot(0, 5))[1] == "project"
    section = choose_section(base, "verse", ModelChoice(model="veo-3.1"))
    choice, origin = effective_choice(section, slot(0, 5))
    assert (choice.model, origin) == ("veo-3.1", "section")
    own = choose(section, ("slot0",), ModelChoice(model="hailuo-2.3", resolution="1080p"))
    choice, origin = effective_choice(own, slot(0, 5))
    assert (choice.model, choice.resolution, origin) == ("hailuo-2.3", "1080p", "shot")
    again = choose(own, ("slot0",), ModelChoice())
    assert effective_choice(again, slot(0, 5))[1] == "section"
    assert again.shot_models == {}


def test_a_resolution_is_not_inherited_by_another_model() -> None:
    base = project(model=ModelChoice(model="wan-2.5-i2v", resolution="480p", takes=3))
    own = choose(base, ("slot0",), ModelChoice(model="veo-3.1"))
    choice, _ = effective_choice(own, slot(0, 5))
    assert (choice.resolution, choice.takes) == (None, 3)


def test_a_film_is_quoted_to_the_cent() -> None:
    slots = (slot(0, 5, 0), slot(5, 10.2, 1), slot(10.2, 15, 2, "chorus"))
    base = project(
        section_models={"chorus": ModelChoice(model="veo-3.1-fast")},
        shot_models={"slot0": ModelChoice(takes=2)},
    )
    quote = quote_film(CATALOGUE, base, slots, today=TODAY)
    assert [clip.price_usd_micro for clip in quote.clips] == [700_000, 700_000, 600_000]
    assert quote.total_usd_micro == 2_000_000
    assert quote.retry_high_usd_micro == 2_000_000 + 350_000 + 700_000 + 600_000
    assert quote.wasted_s == pytest.approx(4.8 + 1.2)
    assert quote_film(CATALOGUE, base, slots, only=("slot0",)).total_usd_micro == 700_000


def test_the_documented_three_minutes_of_kling_cost_twelve_dollars_sixty() -> None:
    slots = tuple(slot(5 * index, 5 * index + 5, index) for index in range(36))
    assert quote_film(CATALOGUE, project(), slots).total_usd_micro == 12_600_000


def test_a_project_from_another_time_is_quoted_with_a_sentence_and_no_price() -> None:
    quote = quote_clip(CATALOGUE, project(model=ModelChoice(model="sora-1")), slot(0, 5))
    assert quote.price_usd_micro == 0
    assert "knows no model" in quote.problems[0]


def test_a_retired_model_is_bought_only_knowingly() -> None:
    base = project(model=ModelChoice(model="kling-2.1-master"))
    assert "retired" in quote_clip(CATALOGUE, base, slot(0, 5), TODAY).problems[0]
    knowing = base.model_copy(update={"allow_retired": True})
    assert quote_clip(CATALOGUE, knowing, slot(0, 5), TODAY).problems == ()


def test_a_resolution_that_is_not_sold_at_that_length_is_a_problem_and_no_price() -> None:
    base = project(model=ModelChoice(model="hailuo-2.3", resolution="1080p"))
    quote = quote_clip(CATALOGUE, base, slot(0, 9))
    assert quote.price_usd_micro == 0
    assert quote.problems


def test_what_cannot_be_bought_is_listed_with_its_reason_and_counts_in_no_sum() -> None:
    square = project(
        format=FilmFormat(aspect=Aspect.SQUARE),
        shot_models={"slot1": ModelChoice(model="veo-3.1-fast")},
    )
    quote = quote_film(CATALOGUE, square, (slot(0, 5, 0), slot(5, 9, 1)), today=TODAY)
    assert [clip.slot_id for clip in quote.stuck] == ["slot1"]
    assert "not 1:1" in quote.stuck[0].problems[0]
    assert quote.stuck[0].price_usd_micro == quote.stuck[0].wasted_usd_micro == 0
    assert quote.total_usd_micro == 350_000
    assert quote.retry_high_usd_micro == 700_000


def test_hints_say_what_would_save_the_waste() -> None:
    pair = slot(0, 5.2, 0), slot(5.2, 9.6, 1)
    beats = [0.4 * index for index in range(30)]
    found = {hint.kind: hint for hint in hints(CATALOGUE, project(), pair, beats)}
    assert found["cut"].value == pytest.approx(4.8)
    assert found["cut"].saves_usd_micro == 350_000
    assert found["slow"].value == 5
    assert "4 %" in found["slow"].words
    assert found["model"].value == "hailuo-2.3"
    assert found["model"].saves_usd_micro == 700_000 - 280_000


def test_a_cut_that_only_moves_the_cost_to_the_neighbour_is_no_hint() -> None:
    pair = slot(0, 5.2, 0), slot(5.2, 10.1, 1)
    beats = [0.4 * index for index in range(30)]
    assert "cut" not in {hint.kind for hint in hints(CATALOGUE, project(), pair, beats)}


def test_a_take_that_is_slowed_down_buys_the_shorter_length() -> None:
    base = project(shot_models={"slot0": ModelChoice(duration_s=5)})
    quote = quote_clip(CATALOGUE, base, slot(0, 5.2))
    assert (quote.bought_s, quote.wasted_s, quote.price_usd_micro) == (5, 0, 350_000)
    too_long = quote_clip(CATALOGUE, base, slot(0, 6.5))
    assert too_long.bought_s == 10


def test_a_recommendation_gives_its_reason() -> None:
    singing = shot(purpose="performance", singer="maya", size="CU", character_ids=("maya",))
    plan = ScenePlan(treatment=Treatment(), style=Style(), shots=(singing,))
    base = project(plan=plan, references={"maya": ReferenceChoice(approved=True)})
    found = recommend(CATALOGUE, singing, slot(0, 4.8), base)
    assert "singing" in found.reason or "faces" in found.reason
    assert found.price_usd_micro > 0
    assert CATALOGUE.get(found.model).lifecycle_on(TODAY).stage == "on sale"


def test_nothing_is_recommended_where_nothing_fits() -> None:
    tall = project(format=FilmFormat(aspect=Aspect.PORTRAIT))
    with pytest.raises(BadInput, match="No model can make"):
        recommend(CATALOGUE, shot(), slot(0, 5), tall)
