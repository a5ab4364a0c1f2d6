"""What must hold in a catalogue beyond the shape of its entries, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from pipeline.errors import BadInput
from pipeline.money.catalogue import ANY, PREVIEW, Catalogue, Kind, Model

# Inputs whose vendor default doubles a price or rewrites a prompt: an entry must set them.
TRAPS = ("generate_audio", "generate_audio_switch", "prompt_optimizer", "enable_prompt_expansion")
KINDS = get_args(Kind)
UNITS = {
    "video": {"second", "run"},
    "image": {"image"},
    "planning": {"million_tokens_in", "million_tokens_cached", "million_tokens_out"},
    "transcription": {"minute"},
}

Finding = tuple[str, str]


def check_catalogue(catalogue: Catalogue) -> None:
    """Check every entry and the defaults.

    Raises:
        BadInput: naming the first entry and field that does not hold.
    """
    for model in catalogue.models.values():
        for rule in RULES:
            for field, problem in rule(model):
                raise BadInput(
                    f"Catalogue entry “{model.key}”, field “{field}”: {problem}.",
                    "Correct the entry; nothing is bought with a catalogue that does not hold.",
                )
        _check_successor(catalogue, model)
    _check_defaults(catalogue)


def _schema(model: Model) -> Iterator[Finding]:
    try:
        Draft202012Validator.check_schema(model.schema_document)
    except SchemaError as exc:
        yield "inputs", f"is not a JSON schema ({exc.message[:120]})"


def _required(model: Model) -> Iterator[Finding]:
    for name in model.required:
        if name not in model.inputs:
            yield "required", f"names “{name}”, which is no input"


def _names(model: Model) -> Iterator[Finding]:
    if not model.inputs:
        return
    for role, name in dict(model.names).items():
        if name and name not in model.inputs:
            yield f"names.{role}", f"“{name}” is no input"


def _fixed(model: Model) -> Iterator[Finding]:
    for name, value in model.fixed.items():
        if name not in model.inputs:
            yield f"fixed.{name}", "is no input"
        elif not _accepts(model.inputs[name], value):
            yield f"fixed.{name}", f"{value!r} is not accepted by the input"
    for name in TRAPS:
        if name in model.inputs and model.fixed.get(name) is not False:
            yield f"fixed.{name}", "must be set to false, or a vendor's default decides the price"


def _durations(model: Model) -> Iterator[Finding]:
    if model.kind != "video":
        return
    if bool(model.durations_s) == bool(model.duration_range_s):
        yield "durations_s", "give either the durations or a range of them"
    if list(model.durations_s) != sorted(set(model.durations_s)):
        yield "durations_s", "must rise"
    for seconds in model.durations_s:
        value = int(seconds) if seconds == int(seconds) else seconds
        if seconds <= 0 or not _accepts(model.inputs.get(model.names.duration, {}), value):
            yield "durations_s", f"{seconds:g} seconds is not accepted by the input"


def _choices(model: Model) -> Iterator[Finding]:
    """Every resolution and ratio offered is one that the vendor's input accepts."""
    for resolution in model.resolutions:
        if not _accepts_word(model, model.names.resolution, resolution):
            yield "resolutions", f"“{resolution}” is not accepted by the input"
        for aspect in model.aspect_ratios:
            size = f"{resolution} {aspect}"
            if not _accepts_word(model, model.names.size, size):
                yield "values", f"no size is given for “{size}”"
    for aspect in model.aspect_ratios:
        if not _accepts_word(model, model.names.aspect, aspect):
            yield "aspect_ratios", f"“{aspect}” is not accepted by the input"


def _prices(model: Model) -> Iterator[Finding]:
    for price in model.prices:
        if price.per not in UNITS[model.kind]:
            yield "prices", f"“per {price.per}” does not suit the kind {model.kind}"
        if price.resolution and price.resolution not in model.resolutions:
            yield "prices", f"“{price.resolution}” is none of the resolutions"
        if price.usd == 0 and model.provider != "offline":
            yield "prices", "a model that is sold cannot cost nothing"
    for resolution in model.resolutions:
        if not any(price.resolution in ("", resolution) for price in model.prices):
            yield "prices", f"no price is given for “{resolution}”"


def _runs(model: Model) -> Iterator[Finding]:
    for price in model.prices:
        if price.per == "run" and price.duration_s is None:
            yield "prices", "a price per run needs its duration_s"
        if price.duration_s is not None and price.duration_s not in model.durations_s:
            yield "prices", f"{price.duration_s:g} seconds is none of the durations"


def _tokens(model: Model) -> Iterator[Finding]:
    if model.kind != "planning":
        return
    for per in ("million_tokens_in", "million_tokens_out"):
        if [price.per for price in model.prices].count(per) != 1:
            yield "prices", f"give one price per {per}"


def _dates(model: Model) -> Iterator[Finding]:
    if model.retires_on is not None and not model.successor:
        yield "successor", "a model that ends needs a successor"


RULES: tuple[Callable[[Model], Iterator[Finding]], ...] = (
    _schema,
    _required,
    _names,
    _fixed,
    _durations,
    _choices,
    _prices,
    _runs,
    _tokens,
    _dates,
)


def _check_successor(catalogue: Catalogue, model: Model) -> None:
    if not model.successor:
        return
    other = catalogue.models.get(model.successor)
    if other is None or other.kind != model.kind or other.key == model.key:
        raise BadInput(
            f"Catalogue entry “{model.key}”, field “successor”: "
            f"“{model.successor}” is no other {model.kind} model of the catalogue."
        )


def _check_defaults(catalogue: Catalogue) -> None:
    for kind in KINDS:
        key = catalogue.defaults.get(kind, "")
        if key not in catalogue.models or catalogue.models[key].kind != kind:
            raise BadInput(f"Catalogue, [defaults]: “{key}” is no {kind} model of the catalogue.")
    preview = catalogue.models.get(PREVIEW)
    if preview is None or not preview.free:
        raise BadInput("The catalogue must hold a free model with the key “preview”.")


def _accepts(schema: dict[str, Any], value: object) -> bool:
    try:
        Draft202012Validator(schema).validate(value)
    except ValidationError:
        return False
    return True


def _accepts_word(model: Model, name: str, word: str) -> bool:
    if not name or word == ANY:
        return True
    return _accepts(model.inputs[name], model.values.get(word, word))
