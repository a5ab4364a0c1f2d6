from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipeline.errors import BadInput
from pipeline.money.catalogue import Model, load
from pipeline.money.payloads import Request, payload

CATALOGUE = load()
GOLDEN = Path(__file__).parent / "golden" / "payloads.json"
MADE = [model for model in CATALOGUE.models.values() if model.kind in ("video", "image")]


def fullest(model: Model) -> Request:
    """A request that uses all that the model can take, without references."""
    return Request(
        prompt="A masked dancer turns in the rain",
        negative="text, watermark",
        duration_s=model.durations_s[0] if model.durations_s else 5.2,
        resolution=model.end_needs_resolution or model.resolutions[0],
        aspect="16:9",
        start_url="https://files.example/start.png" if model.names.start else "",
        end_url="https://files.example/end.png" if model.names.end else "",
        audio_url="https://files.example/stem.wav" if model.names.audio else "",
        seed=7,
    )


def plainest(model: Model) -> Request:
    """A request from words alone, where the model allows it."""
    return Request(
        prompt="A masked dancer turns in the rain",
        duration_s=model.durations_s[-1] if model.durations_s else 5.2,
        start_url="https://files.example/start.png" if model.needs_start_frame else "",
        reference_urls=("https://files.example/maya.png",)
        if model.kind == "image" and model.references_max
        else (),
    )


@pytest.mark.parametrize("model", MADE, ids=lambda model: model.key)
def test_each_models_payload_is_the_one_on_record(model: Model) -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))[model.key]
    assert payload(model, fullest(model)) == golden["fullest"]
    assert payload(model, plainest(model)) == golden["plainest"]


def test_every_payload_on_record_is_accepted_by_its_schema_and_no_other_is_kept() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert set(golden) == {model.key for model in MADE}
    for key, payloads in golden.items():
        for values in payloads.values():
            Draft202012Validator(CATALOGUE.get(key).schema_document).validate(values)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("veo-3.1", "generate_audio"),
        ("veo-3.1-fast", "generate_audio"),
        ("kling-2.6", "generate_audio"),
        ("kling-3", "generate_audio"),
        ("seedance-2", "generate_audio"),
        ("hailuo-2.3", "prompt_optimizer"),
        ("hailuo-2.3-fast", "prompt_optimizer"),
        ("wan-2.5-i2v", "enable_prompt_expansion"),
        ("wan-2.5-t2v", "enable_prompt_expansion"),
    ],
)
def test_silent_price_doublers_and_prompt_rewriters_are_off(key: str, name: str) -> None:
    model = CATALOGUE.get(key)
    assert payload(model, plainest(model))[name] is False


def test_kling_gets_no_ratio_beside_a_start_frame_and_never_a_seed() -> None:
    sent = payload(
        CATALOGUE.get("kling-2.5-turbo-pro"), fullest(CATALOGUE.get("kling-2.5-turbo-pro"))
    )
    assert "aspect_ratio" not in sent
    assert "seed" not in sent
    assert "resolution" not in sent


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("kling-2.5-turbo-pro", {"duration_s": 7.0}, "cannot make 7 seconds"),
        ("kling-2.5-turbo-pro", {"duration_s": None}, "cannot make no length"),
        ("kling-2.5-turbo-pro", {"prompt": "x" * 2501}, "2501 characters"),
        ("kling-2.5-turbo-pro", {"prompt": "  "}, "empty"),
        ("kling-2.5-turbo-pro", {"aspect": "4:5"}, "cannot draw 4:5"),
        ("kling-2.5-turbo-pro", {"resolution": "480p"}, "cannot make 480p"),
        ("kling-2.5-turbo-pro", {"end_url": "https://x.example/e.png"}, "needs a start frame"),
        ("kling-2.5-turbo-pro", {"audio_url": "https://x.example/e.wav"}, "follow a sound"),
        ("kling-2.1", {}, "needs a start frame"),
        ("hailuo-2.3", {"duration_s": 5.0}, "cannot make 5 seconds"),
        ("veo-3.1", {"duration_s": 5.0}, "cannot make 5 seconds"),
        (
            "veo-3.1",
            {"duration_s": 6.0, "reference_urls": ("https://x.example/m.png",)},
            "in 8-s takes",
        ),
        ("veo-3.1-fast", {"duration_s": 8.0, "reference_urls": ("u",)}, "cannot take 1 reference"),
        ("wan-2.5-t2v", {"start_url": "https://x.example/e.png"}, "start from a picture"),
    ],
)
def test_what_a_model_cannot_take_is_said_before_anything_is_reserved(
    key: str, change: dict[str, object], words: str
) -> None:
    base = {"prompt": "Rain", "duration_s": CATALOGUE.get(key).durations_s[0]}
    with pytest.raises(BadInput, match=words):
        payload(CATALOGUE.get(key), Request(**{**base, **change}))  # type: ignore[arg-type]


def test_an_end_frame_on_kling_2_1_is_for_pro_only() -> None:
    model = CATALOGUE.get("kling-2.1")
    request = fullest(model)
    assert payload(model, request)["mode"] == "pro"
    with pytest.raises(BadInput, match="1080p only"):
        payload(model, request.model_copy(update={"resolution": "720p"}))


def test_veo_takes_its_references_in_eight_seconds_wide() -> None:
    request = Request(prompt="Rain", duration_s=8, reference_urls=("https://x.example/maya.png",))
    sent = payload(CATALOGUE.get("veo-3.1"), request)
    assert sent["reference_images"] == ["https://x.example/maya.png"]
    assert sent["duration"] == 8
