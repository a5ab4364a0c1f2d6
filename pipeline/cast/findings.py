"""A finding: a reason code with the place it points at, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """``text[start:end]`` is what the reason quotes; equal ends quote nothing.

    ``options`` are ready replacements of the quote taken from the text itself, such as the two
    sides of an "or"; ``removable`` says that the words may simply be taken out.
    """

    code: str
    start: int = 0
    end: int = 0
    options: tuple[str, ...] = ()
    removable: bool = False
