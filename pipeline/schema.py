"""Migrations of stored decisions: a list of plain functions, one a schema number.

``MIGRATIONS[n]`` turns the data of schema n into schema n + 1. A migration is never edited after
a release; a project is migrated when it is read and written back by the next change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.project import SCHEMA

Data = dict[str, Any]


def _as_it_is(data: Data) -> Data:
    """For a schema that only adds fields: they have defaults, and an older studio must not read."""
    return data


MIGRATIONS: dict[int, Callable[[Data], Data]] = {1: _as_it_is, 2: _as_it_is}


def migrated(data: Data) -> Data:
    """Project data of any earlier schema, as data of the present one."""
    for number in range(int(data.get("schema_number", SCHEMA)), SCHEMA):
        data = {**MIGRATIONS[number](data), "schema_number": number + 1}
    return data
