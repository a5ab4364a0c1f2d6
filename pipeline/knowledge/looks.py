"""Looks by which the offline planner completes somebody, read once from ``completions.toml``."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pipeline.knowledge.library import table
from pipeline.model import Frozen


class Person(Frozen):
    """One person's look, piece by piece; ``stage`` is adult, old or child, ``tone`` the hair's."""

    their: Literal["her", "his"]
    stage: Literal["adult", "old", "child"]
    age: str
    build: str
    skin: str
    face: str
    eyes: str
    hair: str
    tone: str
    marker: str
    clothing: tuple[str, ...]


class Covering(Frozen):
    """What hides a face, for the words of a brief that ask for it."""

    words: tuple[str, ...]
    covering: str
    clothing: str


class Crowds(Frozen):
    """How the members of a group are told apart, one entry a member; ``count`` if none is said."""

    count: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    children: tuple[str, ...]
    colours: tuple[str, ...]
    garments: tuple[str, ...]
    animals: tuple[str, ...]
    machines: tuple[str, ...]
    family: tuple[str, ...]
    twins: str
    age: str
    form: str


Looks = dict[str, tuple[dict[str, str], ...]]
"""Whole looks by noun, each as phrases by the slot that they fill."""


class Completions(Frozen):
    """Words for what a brief leaves open about somebody."""

    colours: tuple[str, ...]
    person: tuple[Person, ...]
    wardrobe: dict[str, str]
    animals: Looks
    robots: Looks
    creatures: Looks
    objects: Looks
    masked: tuple[Covering, ...]
    groups: Crowds
    same_as: dict[str, tuple[str, ...]]
    genders: dict[str, tuple[str, ...]]
    ages: dict[str, tuple[str, ...]]


@cache
def completions() -> Completions:
    return Completions.model_validate(table("completions"))
