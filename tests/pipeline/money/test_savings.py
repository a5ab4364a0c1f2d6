from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.errors import BudgetRefused
from pipeline.model import Cut, Slot
from pipeline.money.catalogue import load
from pipeline.money.quotes import quote_film
from pipeline.money.savings import Terms, find_savings, take_savings
from pipeline.project import ModelChoice, Project

CATALOGUE = load()
KLING = "kling-2.5-turbo-pro"
BEATS = [0.4 * index for index in range(60)]
TIMES = [0.0, 5.2, 9.6, 14.8, 19.2]


def project(**fields: Any) -> Project:
    base = {"id": "night-drive-00001", "title": "Night Drive", "created_at": "2026-11-22"}
    return Project(**{**base, "model": ModelChoice(model=KLING), **fields})


def film(times: list[float], **locked: bool) -> tuple[list[Slot], list[Cut], list[float]]:
    cuts = [
        Cut(id=f"cut{index}", time_s=at, on="beat", locked=locked.get(f"cut{index}", False))
        for index, at in enumerate(times[:-1])
    ]
    slots = [
        Slot(id=cut.id, index=index, start_s=cut.time_s, end_s=times[index + 1])
        for index, cut in enumerate(cuts)
    ]
    return slots, cuts, BEATS


def terms(goal: str = "cheapest", **fields: Any) -> Terms:
    return Terms(goal=goal, today=date(2026, 11, 23), **fields)  # type: ignore[arg-type]


def test_cuts_one_beat_earlier_halve_the_price_and_stay_on_beats() -> None:
    found = find_savings(CATALOGUE, project(), film(TIMES), terms(models_may_change=False))
    assert [(move.number, round(move.to_s, 3)) for move in found.cuts] == [(2, 4.8), (4, 14.4)]
    assert (found.before_usd_micro, found.after_usd_micro) == (2_100_000, 1_400_000)
    assert found.saved_usd_micro == 700_000
    assert not found.models


@pytest.mark.parametrize("models_may_change", [True, False])
def test_what_was_promised_is_what_the_quote_says_after_taking_it(models_may_change: bool) -> None:
    base, (slots, cuts, beats) = project(), film(TIMES)
    allowed = terms(models_may_change=models_may_change)
    found = find_savings(CATALOGUE, base, (slots, cuts, beats), allowed)
    taken = take_savings(base, cuts, found)
    times = [cut.time_s for cut in taken.cuts or cuts] + [TIMES[-1]]
    quote = quote_film(CATALOGUE, taken, film(times)[0])
    assert quote.total_usd_micro == found.after_usd_micro
    assert all(not clip.problems for clip in quote.clips)


def test_locked_cuts_and_cuts_on_a_section_stay() -> None:
    slots, cuts, beats = film(TIMES, cut1=True)
    cuts[3] = cuts[3].model_copy(update={"on": "section"})
    found = find_savings(CATALOGUE, project(), (slots, cuts, beats), terms(models_may_change=False))
    assert {move.slot_id for move in found.cuts} <= {"cut2"}


def test_models_that_need_a_picture_are_not_offered_without_one() -> None:
    found = find_savings(CATALOGUE, project(), film(TIMES), terms(beats=0))
    names = {move.to_model for move in found.models}
    assert names == {"hailuo-2.3"}
    assert not found.cuts


def test_a_budget_is_kept_with_few_changes() -> None:
    found = find_savings(
        CATALOGUE, project(), film(TIMES), terms("within budget", budget_usd_micro=1_800_000)
    )
    assert found.after_usd_micro <= 1_800_000
    assert len(found.cuts) + len(found.models) == 1


def test_a_budget_below_the_least_is_refused_with_the_least() -> None:
    with pytest.raises(BudgetRefused, match=r"The least this film can cost is \$1\.\d\d"):
        find_savings(
            CATALOGUE, project(), film(TIMES), terms("within budget", budget_usd_micro=500_000)
        )


def test_better_pictures_are_bought_with_what_is_left() -> None:
    found = find_savings(
        CATALOGUE, project(), film(TIMES), terms("best quality", budget_usd_micro=6_000_000)
    )
    assert found.after_usd_micro <= 6_000_000
    assert found.models


def test_the_free_preview_is_no_way_to_save() -> None:
    base = project(model=ModelChoice(model="preview"))
    found = find_savings(CATALOGUE, base, film(TIMES), terms())
    assert found.before_usd_micro is None
    assert "preview" not in {move.to_model for move in found.models}


def test_taking_nothing_changes_nothing() -> None:
    base, (slots, cuts, beats) = project(), film([0.0, 4.8, 9.6])
    found = find_savings(CATALOGUE, base, (slots, cuts, beats), terms(models_may_change=False))
    assert found.empty
    assert take_savings(base, cuts, found) == base


def test_a_clip_that_is_there_costs_nothing_more_and_keeps_its_ends() -> None:
    slots, cuts, beats = film(TIMES)
    made = terms(models_may_change=False, made=frozenset({slots[0].id}))
    found = find_savings(CATALOGUE, project(), (slots, cuts, beats), made)
    assert [move.number for move in found.cuts] == [4]
    assert found.before_usd_micro == 350_000 + 700_000 + 350_000
    assert found.saved_usd_micro == 350_000


def test_a_preview_among_paid_clips_stays_one_and_is_free() -> None:
    slots, cuts, beats = film(TIMES)
    mixed = project(shot_models={"cut0": ModelChoice(model="preview")})
    found = find_savings(CATALOGUE, mixed, (slots, cuts, beats), terms(models_may_change=False))
    assert found.before_usd_micro == 350_000 + 700_000 + 350_000
    assert "cut0" not in {move.slot_id for move in found.models}
