"""The catalogue: what can be bought, with exact inputs, prices and dates, as checked data.

``catalogue.toml`` is read once by whoever opens the studio; a hand-made slip in it is answered
with a sentence that names the entry and the field, before anything can be bought with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from pipeline.errors import BadInput
from pipeline.model import Frozen, Name, Text
from pipeline.stage import digest_of

PREVIEW = "preview"
ANY = "any"

Kind = Literal["video", "image", "planning", "transcription"]
Stage = Literal["on sale", "retiring", "retired"]
Per = Literal[
    "second",
    "run",
    "image",
    "minute",
    "million_tokens_in",
    "million_tokens_cached",
    "million_tokens_out",
]


class Price(Frozen):
    """One line of a price list; empty ``resolution`` and ``duration_s`` None mean any."""

    usd: Decimal = Field(ge=0, le=1000)
    per: Per
    resolution: Name = ""
    audio: bool = False
    duration_s: float | None = Field(default=None, gt=0)


class InputNames(Frozen):
    """Which of the model's inputs carries which meaning; empty where it takes none."""

    prompt: Name = "prompt"
    negative: Name = ""
    start: Name = ""
    end: Name = ""
    reference: Name = ""
    references: Name = ""
    duration: Name = ""
    resolution: Name = ""
    aspect: Name = ""
    size: Name = ""
    audio: Name = ""
    seed: Name = ""


class Lifecycle(Frozen):
    """Where a model stands on a day; ``on`` is the day it ends, if one is known."""

    stage: Stage
    on: date | None = None
    successor: str = ""


class Model(Frozen):
    """One entry of the catalogue.

    ``inputs`` are JSON-schema properties, ``values`` translates the studio's resolutions (with
    the ratio, where the vendor wants a size) into the vendor's words, ``fixed`` is always sent.
    ``quality`` is a judgement in 0..100 that ranks, not a measure. ``word_times`` says whether a
    transcription comes with the time of each word.
    """

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,59}$")
    name: Name
    slug: Name
    provider: Literal["replicate", "openai", "offline"]
    kind: Kind
    durations_s: tuple[float, ...] = ()
    duration_range_s: tuple[float, float] | None = None
    resolutions: tuple[Name, ...] = (ANY,)
    aspect_ratios: tuple[Name, ...] = ()
    follows_start_frame: bool = False
    end_needs_resolution: Name = ""
    references_max: int = Field(default=0, ge=0)
    references_need_s: float | None = None
    references_need_aspect: Name = ""
    references_exclude_frames: bool = False
    word_times: bool = False
    fps: float = Field(default=24, gt=0)
    prompt_limit: int = Field(default=4000, gt=0)
    latency_s: tuple[float, float] = (0.0, 0.0)
    quality: int = Field(ge=0, le=100)
    strengths: tuple[Name, ...]
    summary: Text
    evidence: Literal["schema", "documentation"]
    price_note: Text = ""
    source: Text = Field(min_length=3)
    verified: date
    retires_on: date | None = None
    successor: str = ""
    required: tuple[Name, ...] = ()
    prices: tuple[Price, ...] = Field(min_length=1)
    names: InputNames = InputNames()
    values: dict[str, str] = {}
    fixed: dict[str, bool | int | str] = {}
    inputs: dict[str, dict[str, Any]] = {}

    @property
    def schema_document(self) -> dict[str, Any]:
        """The whole JSON schema of the model's inputs; no unknown key passes it."""
        return {
            "type": "object",
            "properties": self.inputs,
            "required": list(self.required),
            "additionalProperties": False,
        }

    @property
    def schema_version(self) -> str:
        """Twelve hex digits that change with the inputs; written on every receipt."""
        return digest_of(self.schema_document)[:12]

    @property
    def needs_start_frame(self) -> bool:
        return bool(self.names.start) and self.names.start in self.required

    @property
    def longest_s(self) -> float:
        """The longest take in seconds; 0 for what has no length."""
        if self.duration_range_s:
            return self.duration_range_s[1]
        return max(self.durations_s, default=0.0)

    @property
    def free(self) -> bool:
        return all(price.usd == 0 for price in self.prices)

    def lifecycle_on(self, day: date) -> Lifecycle:
        """Whether the model is on sale, about to go, or gone on a day."""
        if self.retires_on is None:
            return Lifecycle(stage="on sale", successor=self.successor)
        gone = day >= self.retires_on
        stage: Stage = "retired" if gone else "retiring"
        return Lifecycle(stage=stage, on=self.retires_on, successor=self.successor)


class Difference(Frozen):
    """One way in which a live schema is not what the catalogue says."""

    key: str
    field: str
    message: str


@dataclass(frozen=True)
class Catalogue:
    """All models by key, and which of each kind is taken when nobody chooses."""

    models: Mapping[str, Model]
    defaults: Mapping[str, str]

    def get(self, key: str) -> Model:
        """The model with a key.

        Raises:
            BadInput: when there is none, as in a project from another time.
        """
        found = self.models.get(key)
        if found is None:
            raise BadInput(
                f"The catalogue knows no model “{key[:60]}”.", "Choose one that is listed."
            )
        return found

    def of_kind(self, kind: Kind) -> tuple[Model, ...]:
        return tuple(model for model in self.models.values() if model.kind == kind)

    def video(self) -> tuple[Model, ...]:
        """Every video model, in the order of the catalogue."""
        return self.of_kind("video")

    def default(self, kind: Kind, today: date) -> Model:
        """The model taken when nobody chooses; never one that is retired on that day.

        Raises:
            BadInput: when the default and all its successors are retired.
        """
        model = self.get(self.defaults[kind])
        seen = {model.key}
        while model.lifecycle_on(today).stage == "retired":
            if not model.successor or model.successor in seen:
                raise BadInput(
                    f"The default {kind} model {model.name} is retired and has no successor.",
                    "Set another under [defaults] in the catalogue.",
                )
            model = self.get(model.successor)
            seen.add(model.key)
        return model

    def check(self, live_schemas: Mapping[str, Mapping[str, Any]]) -> tuple[Difference, ...]:
        """Every difference between the catalogue and live input schemas, by slug.

        Args:
            live_schemas: For each slug the input's JSON schema, or a whole OpenAPI document
                with ``components.schemas.Input``.
        """
        from pipeline.money.live import differences

        models = (model for model in self.models.values() if model.provider == "replicate")
        return tuple(
            difference
            for model in models
            for difference in differences(model, live_schemas.get(model.slug))
        )


def load(path: Path | None = None) -> Catalogue:
    """Read and check a catalogue; the studio's own by default.

    Raises:
        BadInput: with the entry and the field, when anything in it does not hold.
    """
    from pipeline.money.catalogue_rules import check_catalogue

    source = path or Path(__file__).with_name("catalogue.toml")
    try:
        document = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadInput(f"The catalogue {source.name} cannot be read: {exc}.") from exc
    models = _distinct(_model(table) for table in _tables(document, source.name))
    catalogue = Catalogue(models=models, defaults=_defaults(document))
    check_catalogue(catalogue)
    return catalogue


def _tables(document: dict[str, Any], file: str) -> list[dict[str, Any]]:
    for name in sorted(set(document) - {"schema_number", "defaults", "model"}):
        raise BadInput(f"The catalogue {file} holds a table “{name[:60]}” that it does not know.")
    tables = document.get("model")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadInput(f"The catalogue {file} holds no [[model]] tables.")
    return tables


def _defaults(document: dict[str, Any]) -> dict[str, str]:
    found = document.get("defaults")
    if not isinstance(found, dict):
        raise BadInput("The catalogue holds no [defaults] table.")
    return {str(kind): str(key) for kind, key in found.items()}


def _model(table: dict[str, Any]) -> Model:
    label = str(table.get("key", "without a key"))[:60]
    try:
        return Model.model_validate(table)
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"Catalogue entry “{label}”, field “{field}”: {first['msg']}.",
            "Correct the entry; nothing is bought with a catalogue that does not hold.",
        ) from exc


def _distinct(models: Iterable[Model]) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for model in models:
        if model.key in found:
            raise BadInput(f"The catalogue holds two entries with the key “{model.key}”.")
        found[model.key] = model
    return found
