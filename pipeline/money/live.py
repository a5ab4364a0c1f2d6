"""Comparing an entry of the catalogue with the schema that the vendor serves today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.money.catalogue import Difference, Model

# What changes which payloads are accepted or what is done with them.
COMPARED = ("type", "enum", "minimum", "maximum", "default")
REF_DEPTH = 4


def differences(model: Model, live: Mapping[str, Any] | None) -> Iterator[Difference]:
    """Each way in which a live schema is not what the entry says; None: no schema was served."""
    if live is None:
        yield Difference(
            key=model.key, field="", message=f"{model.slug} serves no schema: it may be gone."
        )
        return
    schema, shared = _input_schema(live)
    theirs = {name: _flat(part, shared) for name, part in schema.get("properties", {}).items()}
    yield from _inputs(model, theirs)
    yield from _required(model, schema)


def _inputs(model: Model, theirs: dict[str, dict[str, Any]]) -> Iterator[Difference]:
    for name in sorted(set(model.inputs) - set(theirs)):
        yield Difference(key=model.key, field=name, message="The model no longer takes it.")
    for name in sorted(set(theirs) - set(model.inputs)):
        yield Difference(key=model.key, field=name, message=f"New input: {_words(theirs[name])}.")
    for name in sorted(set(theirs) & set(model.inputs)):
        yield from _one(model, name, theirs[name])


def _one(model: Model, name: str, theirs: dict[str, Any]) -> Iterator[Difference]:
    ours = model.inputs[name]
    for what in COMPARED:
        if what == "default" and what not in ours:
            continue
        if _same(what, ours.get(what), theirs.get(what)):
            continue
        yield Difference(
            key=model.key,
            field=name,
            message=f"{what}: here {ours.get(what)!r}, at the vendor {theirs.get(what)!r}.",
        )


def _required(model: Model, schema: Mapping[str, Any]) -> Iterator[Difference]:
    live = set(schema.get("required", ()))
    for name in sorted(live - set(model.required)):
        yield Difference(key=model.key, field=name, message="It is now required.")
    for name in sorted(set(model.required) - live):
        yield Difference(key=model.key, field=name, message="It is no longer required.")


def _same(what: str, ours: Any, theirs: Any) -> bool:
    if what == "enum" and ours is not None and theirs is not None:
        return sorted(map(str, ours)) == sorted(map(str, theirs))
    return bool(ours == theirs)


def _input_schema(live: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The input's schema, and the named schemas that it may refer to."""
    shared = live.get("components", {}).get("schemas", {})
    return (shared.get("Input", {}), shared) if shared else (live, {})


def _flat(part: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """An input with its references followed: vendors keep enums as schemas of their own."""
    found = dict(part)
    for _ in range(REF_DEPTH):
        inner = found.pop("allOf", None) or []
        links = [found.pop("$ref", None), *(one.get("$ref") for one in inner)]
        names = [link.rsplit("/", 1)[-1] for link in links if isinstance(link, str)]
        if not names:
            break
        for name in names:
            found = {**shared.get(name, {}), **found}
    return found


def _words(schema: Mapping[str, Any]) -> str:
    enum = schema.get("enum")
    default = f", default {schema['default']!r}" if "default" in schema else ""
    return f"{enum if enum else schema.get('type', 'unknown')}{default}"[:200]
