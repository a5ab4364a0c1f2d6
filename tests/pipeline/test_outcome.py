from __future__ import annotations

from pipeline.errors import kind_of
from pipeline.jobs.state import UnitFailure
from pipeline.outcome import as_error, causes
from pipeline.providers.openai_errors import FormRefused


def failed(unit: str, message: str = "The vendor is away.") -> UnitFailure:
    return UnitFailure(unit=unit, message=message, way_out="Try later.", kind="ProviderFailed")


def test_what_failed_for_one_cause_is_told_once_with_all_it_stopped() -> None:
    first, second = causes([failed("a/1"), failed("b/1", "Refused."), failed("c/1")])
    assert first.units == ("a/1", "c/1")
    assert (second.message, second.units) == ("Refused.", ("b/1",))


def test_a_whole_stage_that_could_not_go_on_names_no_unit() -> None:
    assert causes([failed("")])[0].units == ()


def test_a_clip_in_doubt_ends_as_the_providers_failure_and_one_not_described_as_bad_input() -> None:
    doubt = UnitFailure(unit="a/1", message="In doubt.", way_out="Look.", kind="ProviderFailed")
    assert as_error(doubt).exit_code == 4
    assert as_error(doubt.model_copy(update={"kind": "Held"})).exit_code == 2
    assert as_error(doubt.model_copy(update={"kind": "BudgetRefused"})).exit_code == 3


def test_a_refusal_of_the_planning_models_server_ends_as_the_providers_failure() -> None:
    refused = FormRefused("The server refused the request (422).", "Check the model's name.", 422)
    assert kind_of(refused) == "RequestRefused"
    assert as_error(failed("plan").model_copy(update={"kind": kind_of(refused)})).exit_code == 4
