from __future__ import annotations

import itertools
import random

import pytest

from pipeline.errors import BudgetRefused
from pipeline.money.optimise import Goal, Offer, Puzzle, Solution, optimise, price_now

KLING = Offer("kling", 70, ((5.0, 350_000), (10.0, 700_000)))
HAILUO = Offer("hailuo", 66, ((6.0, 280_000), (10.0, 560_000)))
VEO = Offer("veo", 92, ((4.0, 800_000), (6.0, 1_200_000), (8.0, 1_600_000)))


def puzzle(
    bounds: list[float], reach_s: float, offers: tuple[Offer, ...], **fields: object
) -> Puzzle:
    inner = [
        tuple(sorted({at - reach_s, at, at + reach_s} if reach_s else {at})) for at in bounds[1:-1]
    ]
    base = {
        "present_s": tuple(bounds),
        "candidates_s": ((bounds[0],), *inner, (bounds[-1],)),
        "offers": (offers,) * (len(bounds) - 1),
        "present": (offers[0].model,) * (len(bounds) - 1),
        "shortest_s": 1.0,
    }
    return Puzzle(**{**base, **fields})  # type: ignore[arg-type]


def brute(one: Puzzle, goal: Goal, budget: int) -> tuple[int, ...] | None:
    """The best score of all that can be, by trying everything."""
    best: tuple[int, ...] | None = None
    for bounds in itertools.product(*one.candidates_s):
        for offers in itertools.product(*one.offers):
            score = scored(one, bounds, offers, goal, budget)
            if score is not None and (best is None or score < best):
                best = score
    return best


def scored(
    one: Puzzle, bounds: tuple[float, ...], offers: tuple[Offer, ...], goal: Goal, budget: int
) -> tuple[int, ...] | None:
    total = quality = 0
    changes = sum(a != b for a, b in zip(bounds[1:], one.present_s[1:], strict=True))
    for index, offer in enumerate(offers):
        length = bounds[index + 1] - bounds[index]
        now = one.present_s[index + 1] - one.present_s[index]
        prices = [price for longest, price in offer.ladder if longest + 1e-6 >= length]
        if length < min(one.shortest_s, now) - 1e-9 or not prices:
            return None
        total += min(prices)
        quality += offer.quality * (round(bounds[index + 1] * 10) - round(bounds[index] * 10))
        changes += offer.model != one.present[index]
    if goal == "cheapest":
        return total, changes
    if total > budget:
        return None
    return (changes, total) if goal == "within budget" else (-quality, changes)


def score_of(one: Puzzle, found: Solution, goal: Goal, budget: int) -> tuple[int, ...] | None:
    offers = tuple(
        next(offer for offer in one.offers[index] if offer.model == model)
        for index, model in enumerate(found.models)
    )
    return scored(one, found.bounds_s, offers, goal, budget)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("goal", ["cheapest", "within budget", "best quality"])
def test_nothing_better_is_found_by_trying_everything(seed: int, goal: Goal) -> None:
    dice = random.Random(seed)
    count = dice.randint(1, 4)
    bounds = list(itertools.accumulate([0.0, *(dice.uniform(2.5, 8) for _ in range(count))]))
    offers = tuple(dice.sample([KLING, HAILUO, VEO], dice.randint(1, 3)))
    one = puzzle(bounds, dice.choice([0.0, 0.4, 0.5, 0.47]), offers)
    budget = dice.randint(200_000, 6_000_000)
    expected = brute(one, goal, budget)
    if expected is None:
        with pytest.raises(BudgetRefused):
            optimise(one, goal, budget)
        return
    found = optimise(one, goal, budget)
    assert found.exact
    assert score_of(one, found, goal, budget) == expected


def test_five_cuts_one_beat_earlier_save_what_the_greedy_slots_waste() -> None:
    one = puzzle([0, 5.1, 9.6, 14.7, 19.2], 0.4, (KLING,))
    found = optimise(one, "cheapest")
    assert price_now(one) == 2_100_000
    assert found.price_usd_micro == 1_400_000
    assert found.bounds_s == (0, 4.699999999999999, 9.6, 14.299999999999999, 19.2)


def test_a_locked_cut_does_not_move() -> None:
    one = puzzle([0, 5.2, 9.6], 0.0, (KLING,))
    assert optimise(one, "cheapest").bounds_s == (0, 5.2, 9.6)


def test_within_a_budget_as_little_as_possible_is_changed() -> None:
    one = puzzle([0, 5, 10, 15, 20], 0.0, (KLING, HAILUO))
    found = optimise(one, "within budget", 1_300_000)
    assert sum(model == "hailuo" for model in found.models) == 2
    assert optimise(one, "within budget", 1_400_000).models == ("kling",) * 4


def test_the_best_that_a_budget_buys_uses_it() -> None:
    one = puzzle([0, 4, 8, 12], 0.0, (KLING, VEO))
    found = optimise(one, "best quality", 1_500_000)
    assert sorted(found.models) == ["kling", "kling", "veo"]
    assert found.price_usd_micro <= 1_500_000


def test_a_budget_that_is_too_small_says_what_the_least_is() -> None:
    with pytest.raises(BudgetRefused, match=r"\$1.40"):
        optimise(puzzle([0, 5, 10, 15, 20], 0.0, (KLING,)), "within budget", 1_000_000)


def test_a_slot_that_no_model_can_make_is_said() -> None:
    with pytest.raises(BudgetRefused, match="every clip"):
        optimise(puzzle([0, 12], 0.0, (KLING, VEO)), "cheapest")


def test_a_very_fine_price_list_never_passes_the_budget() -> None:
    fine = Offer("fine", 80, ((5.0, 350_001), (10.0, 700_003)))
    one = puzzle([5.0 * index for index in range(40)], 0.5, (fine, KLING, VEO))
    budget = 30_000_000
    found = optimise(one, "best quality", budget)
    assert found.price_usd_micro <= budget
    assert not found.exact


def large(seed: int = 3) -> Puzzle:
    dice = random.Random(seed)
    bounds = list(itertools.accumulate([0.0, *(0.5 * dice.randint(3, 12) for _ in range(120))]))
    steps = [350, 280, 190, 500, 600, 840, 1120, 900, 600, 250]
    offers = tuple(
        Offer(f"m{index}", 40 + 5 * index, ((5.0, step * 1000), (10.0, 2000 * step)))
        for index, step in enumerate(steps)
    )
    candidates = tuple(
        (at,) if index in (0, 120) else tuple(at + 0.5 * move for move in (-2, -1, 0, 1, 2))
        for index, at in enumerate(bounds)
    )
    return puzzle(bounds, 0.0, offers, candidates_s=candidates)


@pytest.mark.parametrize("goal", ["cheapest", "within budget", "best quality"])
def test_a_long_film_gets_a_model_for_every_slot(goal: Goal) -> None:
    found = optimise(large(), goal, 60_000_000)
    assert len(found.models) == 120
