"""The costs page."""

from __future__ import annotations

from pages.parts.meter import body
from pipeline.model import FilmFormat, Slot
from pipeline.money.catalogue import load
from pipeline.money.ledger import Scope, Totals
from pipeline.money.quotes import Quote, quote_film
from pipeline.money.retries import Tried, with_history
from pipeline.project import ModelChoice, Project

DOLLAR = 1_000_000
KLING = "kling-2.5-turbo-pro"


def html(app) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


def field(app, label):
    return next(item for item in app.text_input if item.label.startswith(label))


def button(app, label):
    return next(item for item in app.button if item.label == label)


def spend(studio, project_id) -> None:
    scope = Scope(project_id=project_id, stage="generate", unit="s1", model="kling-2.5-turbo-pro")
    studio.ledger.reserve(f"{project_id}-1", scope, 700_000)
    studio.ledger.settle(f"{project_id}-1", 350_000)
    studio.ledger.reserve(f"{project_id}-2", scope, 700_000)


def test_what_was_spent_and_held_is_the_ledgers_to_the_micro_dollar(visit, studio, demo):
    spend(studio, demo.id)
    app = visit("costs", demo.id)

    assert not app.exception
    assert "<b>$0.35</b> spent" in html(app)
    assert "<b>$0.70</b> held" in html(app)
    assert "<b>$18.95</b> left" in html(app)
    assert "<b>$20.00</b> limit" in html(app)


def test_raising_the_limit_is_an_act_with_an_entry(visit, studio, demo):
    app = visit("costs", demo.id)
    field(app, "This project").set_value("$35")
    button(app, "Set the limit").click().run()

    assert studio.totals(demo.id).limit_usd_micro == 35 * DOLLAR
    assert studio.spending.entries(demo.id)[-1].kind == "limit"


def test_a_budget_that_makes_no_sense_gets_a_sentence_and_changes_nothing(visit, studio, demo):
    app = visit("costs", demo.id)
    field(app, "This project").set_value("-5")
    button(app, "Set the limit").click().run()

    assert "negative" in app.error[0].value
    assert studio.totals(demo.id).limit_usd_micro == 20 * DOLLAR


def test_limits_of_a_clip_and_a_day_are_set_together_or_not_at_all(visit, studio, demo):
    app = visit("costs", demo.id)
    field(app, "Any one clip").set_value("2")
    field(app, "All projects in a day").set_value("much")
    button(app, "Set these limits").click().run()

    assert "not an amount" in app.error[0].value
    assert studio.spending.entries(demo.id) == ()


def test_every_entry_is_listed_and_can_be_taken_home(visit, studio, demo):
    spend(studio, demo.id)
    app = visit("costs", demo.id)

    entries = next(table.value for table in app.dataframe if "When (UTC)" in table.value)
    assert len(entries) == 3
    receipts = next(table.value for table in app.dataframe if "Outcome" in table.value)
    assert list(receipts["Outcome"]) == ["held", "paid"]
    assert {item.proto.label for item in app.get("download_button")} == {
        "Entries as CSV",
        "Receipts as CSV",
    }


def test_before_anything_is_booked_calm_words_stand_where_the_table_will_be(visit, demo):
    app = visit("costs", demo.id)

    assert not app.exception
    assert not app.dataframe
    assert any("Nothing is booked yet" in caption.value for caption in app.caption)


def test_a_filter_that_leaves_nothing_says_so(visit, studio, demo):
    spend(studio, demo.id)
    app = visit("costs", demo.id)
    next(one for one in app.get("button_group") if one.label == "Show").set_value(["late"]).run()

    assert not any("When (UTC)" in table.value for table in app.dataframe)
    assert any("No entry is of this kind" in caption.value for caption in app.caption)


def test_sums_can_be_seen_by_model(visit, studio, demo):
    spend(studio, demo.id)
    app = visit("costs", demo.id)
    next(one for one in app.get("button_group") if one.label == "Spent by").set_value("Model").run()

    sums = next(
        table.value for table in app.dataframe if "Spent" in table.value and "Model" in table.value
    )
    assert list(sums["Model"]) == ["Kling 2.5 Turbo Pro"]


def quote(total: int, high: int) -> Quote:
    return Quote(
        clips=(), total_usd_micro=total, retry_high_usd_micro=high, wasted_s=0, wasted_usd_micro=0
    )


def two_of_kling(**fields) -> Quote:
    base = {"id": "night-drive-00001", "title": "Night Drive", "created_at": "2026-11-22"}
    project = Project(**{**base, "model": ModelChoice(model=KLING), **fields})
    slots = [Slot(id=f"slot{n}", index=n, start_s=5.0 * n, end_s=5.0 * n + 4) for n in (0, 1)]
    return quote_film(load(), project, slots)


def totals(**fields) -> Totals:
    base = {"spent_usd_micro": 0, "held_usd_micro": 0, "limit_usd_micro": 20 * DOLLAR}
    return Totals(**{**base, "left_usd_micro": 20 * DOLLAR, **fields})


def test_the_meter_warns_before_the_budget_ends():
    assert "ends $5.00 before" in body(totals(), quote(25 * DOLLAR, 50 * DOLLAR))
    assert "problem" not in body(totals(), quote(5 * DOLLAR, 10 * DOLLAR))


def test_the_meter_gives_the_range_that_retries_may_add():
    told = body(totals(), with_history(two_of_kling(), {}))
    assert "up to $1.40 with one more take of each" in told
    learnt = with_history(two_of_kling(), {KLING: Tried(paid=10, kept=8)})
    assert "if as many takes are made again as so far" in body(totals(), learnt)


def test_the_meter_says_how_many_clips_no_model_can_make_and_why():
    square = two_of_kling(format=FilmFormat(aspect="1:1"), model=ModelChoice(model="veo-3.1-fast"))
    told = body(totals(), square, {"veo-3.1-fast": "Veo 3.1 Fast"})
    assert "<b>$0.00</b> to finish" in told
    assert "2 clips have no buyable model as chosen" in told
    assert "Veo 3.1 Fast draws 16:9, 9:16, not 1:1. (2 clips)" in told


def test_the_meter_says_when_a_charge_closed_the_budget():
    assert "closed until it is set anew" in body(totals(closed=True), quote(0, 0))
