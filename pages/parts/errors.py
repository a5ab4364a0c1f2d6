"""A studio error as words with a way out: the one place where pages catch it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import DBAPIError

from pipeline.errors import InternalFault, StorageFailed, StudioError

KEPT = "_kept_errors"
AWAY = StorageFailed("The studio's database does not answer.", "Try again in a moment.")


def block(fault: StudioError) -> None:
    """Draw an error: what went wrong, then what the person can do about it."""
    icon = ":material/bug_report:" if isinstance(fault, InternalFault) else ":material/error:"
    words = f"**{literal(fault.message)}**"
    if fault.way_out:
        words += f"  \n{literal(fault.way_out)}"
    st.error(words, icon=icon)


@contextmanager
def shown(*, stop: bool = False, later: bool = False) -> Iterator[None]:
    """Turn a studio error raised inside into a calm block; everything else passes through.

    Args:
        stop: End the page's run after the block, when nothing sensible can follow it.
        later: Keep the error for the top of the next run instead of drawing it now: for
            callbacks, and for calls that are followed by ``st.rerun()``.
    """
    try:
        yield
    except StudioError as fault:
        _tell(fault, stop=stop, later=later)
    except DBAPIError:
        # The engine waits out a database that is away; a page says so and can be asked again.
        _tell(AWAY, stop=stop, later=later)


def _tell(fault: StudioError, *, stop: bool, later: bool) -> None:
    if later:
        _keep(fault)
    else:
        block(fault)
    if stop:
        st.stop()


def _keep(fault: StudioError) -> None:
    """Keep an error once, however many callbacks of one click met it."""
    kept = st.session_state.setdefault(KEPT, [])
    if str(fault) not in {str(other) for other in kept}:
        kept.append(fault)


def draw_kept() -> None:
    """Draw, once, what went wrong in the callbacks before this run."""
    for fault in st.session_state.pop(KEPT, []):
        block(fault)


def literal(text: str) -> str:
    """Text in which no character is taken for Markdown, so hostile words stay words."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~$:" else sign for sign in text)
