from __future__ import annotations

from pipeline.model import Slot
from pipeline.money.catalogue import load
from pipeline.money.quotes import Quote, quote_film
from pipeline.money.retries import LEARNT_FROM, Tried, in_words, with_history
from pipeline.project import ModelChoice, Project

KLING = "kling-2.5-turbo-pro"


def two_clips(**fields: object) -> Quote:
    base = {"id": "night-drive-00001", "title": "Night Drive", "created_at": "2026-11-22"}
    project = Project.model_validate({**base, "model": ModelChoice(model=KLING), **fields})
    slots = [Slot(id=f"slot{n}", index=n, start_s=5.0 * n, end_s=5.0 * n + 4) for n in (0, 1)]
    return quote_film(load(), project, slots)


def test_without_a_history_every_clip_may_need_one_take_more() -> None:
    quote = with_history(two_clips(), {KLING: Tried(paid=LEARNT_FROM - 1, kept=1)})
    assert quote.retry_high_usd_micro == 4 * 350_000
    assert in_words(quote) == "up to $1.40 with one more take of each"


def test_own_takes_say_how_often_one_is_made_again() -> None:
    quote = with_history(two_clips(), {KLING: Tried(paid=10, kept=8, free=3)})
    assert quote.retry_high_usd_micro == 700_000 + 2 * 87_500
    assert in_words(quote) == "up to $0.88 if as many takes are made again as so far"


def test_where_no_take_was_ever_made_again_the_price_is_the_price() -> None:
    quote = with_history(two_clips(), {KLING: Tried(paid=9, kept=9)})
    assert quote.retry_high_usd_micro == quote.total_usd_micro
    assert in_words(quote) == ""


def test_a_film_of_two_models_says_that_one_of_them_is_a_guess() -> None:
    mixed = two_clips(shot_models={"slot1": ModelChoice(model="hailuo-2.3")})
    quote = with_history(mixed, {KLING: Tried(paid=10, kept=5)})
    assert quote.retry_high_usd_micro == 630_000 + 350_000 + 280_000
    assert "own takes where there are 5, else one more" in in_words(quote)


def test_a_model_whose_takes_were_all_thrown_away_promises_nothing() -> None:
    quote = with_history(two_clips(), {KLING: Tried(paid=9, kept=0)})
    assert quote.retry_learnt == 0
