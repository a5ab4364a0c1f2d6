"""Small blocks of HTML that several pages show: facts, empty states, a project's poster.

Every word that comes from outside is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import streamlit as st

WAVE = (4, 9, 15, 7, 19, 26, 13, 22, 30, 17, 24, 11, 20, 8, 14, 5)


@dataclass(frozen=True)
class Fact:
    """A line of a list of facts; ``ok`` None leaves the sign out."""

    text: str
    name: str = ""
    note: str = ""
    ok: bool | None = None


def facts(lines: Iterable[Fact]) -> None:
    """Draw facts one below the other, with a sign where something can be right or wrong."""
    st.html(f'<ul class="facts">{"".join(_line(line) for line in lines)}</ul>')


def _line(line: Fact) -> str:
    kind = {None: "", True: "ok", False: "no"}[line.ok]
    sign = {None: "", True: "✓", False: "–"}[line.ok]
    signed = f'<span class="sign">{sign}</span>' if sign else ""
    name = f'<span class="name">{escape(line.name)}</span>' if line.name else ""
    note = f"<small>{escape(line.note)}</small>" if line.note else ""
    return f'<li class="{kind}">{signed}{name}<span>{escape(line.text)}{note}</span></li>'


def nothing(title: str, words: str) -> None:
    """Draw an empty state: what is missing, and in ``words`` what to do about it."""
    st.html(f'<div class="nothing"><h2>{escape(title)}</h2><p>{escape(words)}</p></div>')


def no_poster() -> str:
    """A quiet waveform where a project has no picture yet."""
    bars = "".join(
        f'<rect x="{place * 6}" y="{16 - height / 2}" width="3" height="{height}" rx="1.5"/>'
        for place, height in enumerate(WAVE)
    )
    svg = f'<svg viewBox="0 0 94 32" fill="currentColor">{bars}</svg>'
    return f'<div class="poster">{svg}</div>'
