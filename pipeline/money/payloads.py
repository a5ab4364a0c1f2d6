"""What is sent to a vendor: built from the model's schema and validated before money is reserved.

No unknown key ever leaves. Inputs whose default doubles a price or rewrites a prompt are set on
purpose (``fixed`` in the catalogue). Nothing that a person asked for is dropped in silence, but
for the two hints that a model may not know: the negative prompt and the seed.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from pipeline.errors import BadInput
from pipeline.model import Frozen, Name, Text
from pipeline.money.catalogue import ANY, Model


class Request(Frozen):
    """One clip or still to be made. Pictures and sound are addresses that the vendor can fetch.

    ``negative`` and ``seed`` are hints, sent where the model takes them. ``audio_url`` drives
    lips; a film's sound is always the song.
    """

    prompt: Text
    negative: Text = ""
    duration_s: float | None = None
    resolution: Name = ""
    aspect: Name = "16:9"
    start_url: str = ""
    end_url: str = ""
    reference_urls: tuple[str, ...] = ()
    audio_url: str = ""
    seed: int | None = None


def payload(model: Model, request: Request) -> dict[str, Any]:
    """The vendor's input for a request.

    Raises:
        BadInput: naming what the model cannot take; nothing was reserved or sent.
    """
    _check_fits(model, request)
    _check_frames(model, request)
    _check_references(model, request)
    values = {**model.fixed, **_text(model, request), **_pictures(model, request)}
    values |= _shape(model, request)
    validate(model, values)
    return values


def validate(model: Model, values: dict[str, Any]) -> None:
    """Check a payload against the model's own schema.

    Raises:
        BadInput: naming the input that the schema refuses.
    """
    problem = best_match(Draft202012Validator(model.schema_document).iter_errors(values))
    if problem is None:
        return
    where = ".".join(str(part) for part in problem.absolute_path) or "the request"
    raise BadInput(
        f"{model.name} does not accept {where}: {problem.message[:200]}.",
        "Nothing was sent and nothing was spent; choose other settings or another model.",
    )


def _check_fits(model: Model, request: Request) -> None:
    if not request.prompt.strip():
        raise BadInput("The prompt is empty.", "Describe what is to be seen.")
    if len(request.prompt) > model.prompt_limit:
        raise BadInput(
            f"The prompt has {len(request.prompt)} characters; {model.name} takes "
            f"{model.prompt_limit}.",
            "Shorten the action or the style; nothing is cut off in silence.",
        )
    if request.resolution and request.resolution not in model.resolutions:
        raise _cannot(model, f"make {request.resolution}", ", ".join(model.resolutions))
    if request.audio_url and not model.names.audio:
        raise _cannot(model, "follow a sound")


def _check_frames(model: Model, request: Request) -> None:
    if model.needs_start_frame and not request.start_url:
        raise BadInput(
            f"{model.name} needs a start frame.", "Approve a reference, or choose another model."
        )
    if request.start_url and not model.names.start:
        raise _cannot(model, "start from a picture")
    if request.end_url and not model.names.end:
        raise _cannot(model, "end on a picture")
    if request.end_url and not request.start_url:
        raise BadInput("An end frame needs a start frame.", "Give both, or neither.")
    needed = model.end_needs_resolution
    if request.end_url and needed and request.resolution != needed:
        raise BadInput(f"{model.name} takes an end frame at {needed} only.")
    if not model.aspect_ratios or (model.follows_start_frame and request.start_url):
        return
    if request.aspect not in model.aspect_ratios:
        raise _cannot(model, f"draw {request.aspect}", ", ".join(model.aspect_ratios))


def _check_references(model: Model, request: Request) -> None:
    count = len(request.reference_urls)
    if not count:
        return
    if count > model.references_max:
        raise _cannot(model, f"take {count} reference pictures", f"at most {model.references_max}")
    if request.end_url or (model.references_exclude_frames and request.start_url):
        raise _cannot(model, "use reference pictures together with these frames")
    if model.references_need_s and request.duration_s != model.references_need_s:
        raise _cannot(model, "use reference pictures", f"in {model.references_need_s:g}-s takes")
    if model.references_need_aspect and request.aspect != model.references_need_aspect:
        raise _cannot(model, "use reference pictures", f"in {model.references_need_aspect}")


def _text(model: Model, request: Request) -> dict[str, Any]:
    pairs = ((model.names.prompt, request.prompt), (model.names.negative, request.negative))
    found: dict[str, Any] = {name: text for name, text in pairs if name and text}
    if model.names.seed and request.seed is not None:
        found[model.names.seed] = request.seed
    return found


def _pictures(model: Model, request: Request) -> dict[str, Any]:
    names = model.names
    pairs = (
        (names.start, request.start_url),
        (names.end, request.end_url),
        (names.audio, request.audio_url),
        (names.references, list(request.reference_urls)),
        (names.reference, request.reference_urls[0] if request.reference_urls else ""),
    )
    return {name: value for name, value in pairs if name and value}


def _shape(model: Model, request: Request) -> dict[str, Any]:
    """Length, size and ratio in the vendor's words; the ratio of a start frame is its own."""
    names = model.names
    found: dict[str, Any] = {}
    resolution = request.resolution or model.resolutions[0]
    if names.duration and request.duration_s is not None:
        whole = request.duration_s == int(request.duration_s)
        found[names.duration] = int(request.duration_s) if whole else request.duration_s
    if names.resolution and resolution != ANY:
        found[names.resolution] = model.values.get(resolution, resolution)
    if names.size:
        size = f"{resolution} {request.aspect}"
        found[names.size] = model.values.get(size, size)
    if names.aspect and not (model.follows_start_frame and request.start_url):
        found[names.aspect] = request.aspect
    _check_duration(model, request)
    return found


def _check_duration(model: Model, request: Request) -> None:
    seconds = request.duration_s
    if model.durations_s and seconds not in model.durations_s:
        lengths = ", ".join(f"{one:g}" for one in model.durations_s)
        shown = "no length" if seconds is None else f"{seconds:g} seconds"
        raise _cannot(model, f"make {shown}", f"{lengths} seconds")


def _cannot(model: Model, what: str, but: str = "") -> BadInput:
    way_out = f"It can: {but}." if but else "Choose another model for it."
    return BadInput(f"{model.name} cannot {what}.", way_out)
