from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.money import catalogue as catalogue_module
from pipeline.money.catalogue import Catalogue, Model, load

TODAY = date(2026, 11, 23)
CATALOGUE = load()
KLING = "kling-2.5-turbo-pro"
SOURCE = Path(catalogue_module.__file__).with_name("catalogue.toml").read_text("utf-8")


def written(tmp_path: Path, old: str, new: str) -> Path:
    assert old in SOURCE
    path = tmp_path / "catalogue.toml"
    path.write_text(SOURCE.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize("key", CATALOGUE.models)
def test_every_entry_says_where_and_when_it_was_verified(key: str) -> None:
    model = CATALOGUE.get(key)
    assert model.verified <= date(2027, 12, 31)
    assert len(model.source) > 3
    assert model.summary
    assert model.strengths


@pytest.mark.parametrize("model", CATALOGUE.video(), ids=lambda model: model.key)
def test_every_video_model_can_be_asked_for_every_length_it_sells(model: Model) -> None:
    assert model.longest_s > 0
    assert model.needs_start_frame == (model.names.start in model.required)
    assert "additionalProperties" in model.schema_document


@pytest.mark.parametrize(
    ("key", "durations"),
    [
        ("kling-2.5-turbo-pro", (5, 10)),
        ("hailuo-2.3", (6, 10)),
        ("hailuo-2.3-fast", (6, 10)),
        ("wan-2.5-i2v", (5, 10)),
        ("wan-2.5-t2v", (5, 10)),
        ("veo-3.1", (4, 6, 8)),
        ("veo-3.1-fast", (4, 6, 8)),
        ("kling-3", tuple(range(3, 16))),
    ],
)
def test_lengths_are_the_ones_that_vendors_sell(key: str, durations: tuple[int, ...]) -> None:
    assert CATALOGUE.get(key).durations_s == durations


def test_the_default_is_kling_2_5_turbo_pro() -> None:
    assert CATALOGUE.default("video", TODAY).key == KLING


def test_kling_2_1_is_retired_and_names_its_successor() -> None:
    life = CATALOGUE.get("kling-2.1").lifecycle_on(TODAY)
    assert (life.stage, life.successor) == ("retired", "kling-2.5-turbo-pro")
    assert CATALOGUE.get("kling-2.1").lifecycle_on(date(2026, 9, 14)).stage == "retiring"
    assert CATALOGUE.get("kling-2.5-turbo-pro").lifecycle_on(TODAY).stage == "on sale"


def test_a_retired_default_is_impossible() -> None:
    kling = CATALOGUE.get(KLING)
    gone = kling.model_copy(update={"retires_on": date(2026, 11, 1)})
    aged = Catalogue({**CATALOGUE.models, kling.key: gone}, CATALOGUE.defaults)
    assert aged.default("video", TODAY).key == "kling-3"
    assert CATALOGUE.default("transcription", date(2027, 3, 1)).key == "gpt-transcribe"


def test_a_default_that_ends_without_a_living_successor_is_refused() -> None:
    kling = CATALOGUE.get(KLING)
    gone = kling.model_copy(update={"retires_on": date(2026, 11, 1), "successor": "kling-2.1"})
    aged = Catalogue({**CATALOGUE.models, kling.key: gone}, CATALOGUE.defaults)
    with pytest.raises(BadInput, match="retired and has no successor"):
        aged.default("video", TODAY)


def test_a_model_from_another_time_gets_a_sentence() -> None:
    with pytest.raises(BadInput, match="knows no model “sora-1”"):
        CATALOGUE.get("sora-1")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('usd = "0.07", per = "second" }', 'usd = "0,07", per = "second" }', "prices.0.usd"),
        ('usd = "0.07", per = "second" }', 'usd = "-0.07", per = "second" }', "prices.0.usd"),
        ('usd = "0.07", per = "second" }', 'usd = "0", per = "second" }', "cannot cost nothing"),
        ('usd = "0.07", per = "second" }', 'usd = "NaN", per = "second" }', "prices.0.usd"),
        ('per = "second", resolution = "480p"', 'per = "second", resolution = "48p"', "“48p”"),
        ("durations_s = [5, 10]", "durations_s = [5, 15]", "15 seconds is not accepted"),
        ("durations_s = [5, 10]", "durations_s = [10, 5]", "must rise"),
        ("verified = 2026-11-22", 'verified = "soon"', "verified"),
        ("prompt_optimizer = false", "prompt_optimizer = true", "must be set to false"),
        ('start = "start_image"', 'start = "strat_image"', "names.start"),
        ('successor = "kling-3"', 'successor = "kling-9"', "successor"),
        ('video = "kling-2.5-turbo-pro"', 'video = "kling"', r"\[defaults\]"),
        ('key = "kling-3"', 'key = "kling-2.6"', "two entries"),
        ("[[model]]\nkey", "[[modle]]\nkey", "cannot be read|modle"),
        ("required = [", "requierd = [", "requierd"),
        ('type = "integer", enum', 'type = "integre", enum', "inputs"),
        (
            'per = "million_tokens_in"',
            'per = "million_tokens_out"',
            "one price per million_tokens_in",
        ),
        ('key = "preview"', 'key = "previwe"', "preview"),
        ("schema_number = 1", "schema_number = ", "cannot be read"),
    ],
)
def test_a_slip_of_the_hand_is_named_with_its_entry_and_field(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        load(written(tmp_path, old, new))


def test_a_missing_price_is_named(tmp_path: Path) -> None:
    line = '    { usd = "0.10", per = "second", resolution = "720p" },\n'
    with pytest.raises(BadInput, match=r"wan-2.5-i2v.*no price is given for “720p”"):
        load(written(tmp_path, line, ""))


def test_a_catalogue_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path / "none.toml")


def live(model: Model) -> dict[str, object]:
    return {"properties": dict(model.inputs), "required": list(model.required)}


def test_a_catalogue_that_matches_the_live_schemas_has_no_differences() -> None:
    schemas = {model.slug: live(model) for model in CATALOGUE.models.values()}
    assert CATALOGUE.check(schemas) == ()


def test_each_difference_to_a_live_schema_is_named() -> None:
    schemas = {model.slug: live(model) for model in CATALOGUE.models.values()}
    kling = CATALOGUE.get("kling-2.5-turbo-pro")
    inputs = {**kling.inputs, "generate_audio": {"type": "boolean", "default": True}}
    del inputs["end_image"]
    enum = {"enum": [5, 10, 15], "type": "integer"}
    openapi = {
        "components": {
            "schemas": {
                "Input": {
                    "properties": {**inputs, "duration": {"allOf": [{"$ref": "#/x/duration"}]}},
                    "required": ["prompt", "start_image"],
                },
                "duration": enum,
            }
        }
    }
    found = CATALOGUE.check({**schemas, kling.slug: openapi})
    named = {difference.field for difference in found}
    assert named == {"end_image", "generate_audio", "duration", "start_image"}
    words = " ".join(difference.message for difference in found)
    assert re.search(r"15", words)
    assert re.search("default True", words)


def test_a_model_that_serves_no_schema_may_be_gone() -> None:
    schemas = {model.slug: live(model) for model in CATALOGUE.models.values()}
    del schemas["google/veo-3.1"]
    (found,) = CATALOGUE.check(schemas)
    assert "may be gone" in found.message
