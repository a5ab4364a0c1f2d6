"""What the settings page is made of: keys, storage, workers, the doctor's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, hosted
from pages.parts.media import Fact, facts
from pages.parts.states import length, size

if TYPE_CHECKING:
    from pipeline.studio import Studio

KEYS = {
    "OPENAI_API_KEY": "OpenAI: plans by a language model, and times for sung words",
    "REPLICATE_API_TOKEN": "Replicate: reference pictures and clips by video models",
}
KEY_LENGTH = 300


def machine(studio: Studio) -> None:
    """The doctor's findings: what works, and what a missing part costs."""
    with errors.shown():
        checks = [check for check in studio.doctor() if check.name not in KEYS]
        checks.sort(key=lambda check: bool(check.ok))
        facts(
            Fact(check.message, name=check.name, note="" if check.ok else check.cost, ok=check.ok)
            for check in checks
        )


def keys(studio: Studio) -> None:
    """Which keys are there and where they come from; a key itself is never shown back."""
    if studio.settings.hosted:
        _own_keys(studio)
        return
    sources = studio.keys.sources()
    facts(
        Fact(
            f"{name} comes from {source}" if source else f"{name} is not set",
            name=KEYS[name].partition(":")[0],
            note=KEYS[name].partition(": ")[2],
            ok=bool(source),
        )
        for name, source in sources.items()
    )
    st.caption(
        "Keys are read from the environment when a request is made. Set them before the studio "
        "starts; they are never stored, logged or shown."
    )


def _own_keys(studio: Studio) -> None:
    """A visitor of a share brings keys for this visit; they stay in memory alone."""
    for name, words in KEYS.items():
        if name in hosted.session_keys():
            facts([Fact("Set for this visit", name=words.partition(":")[0], ok=True)])
            st.button(
                "Forget it",
                key=f"forget_{name}",
                icon=":material/delete:",
                on_click=hosted.forget_key,
                args=(studio, name),
            )
        else:
            _key_form(name, words)
    st.caption(
        "A key stays in this host's memory for your visit and the work you start. It is never "
        "shown back and never written to a project, a log, a file or the address. Whoever has a "
        "project's address can spend it on that project, until you forget it here."
    )


def _key_form(name: str, words: str) -> None:
    with st.form(f"key_{name}", border=False, clear_on_submit=True):
        value = st.text_input(words, type="password", max_chars=KEY_LENGTH, key=f"typed_{name}")
        if st.form_submit_button("Use it for this visit", icon=":material/key:") and value.strip():
            hosted.keep_key(name, value)
            st.rerun()


def storage(studio: Studio) -> None:
    """What the studio keeps, and the part of it that can be made again for nothing."""
    with errors.shown():
        sizes = studio.files.storage()
        facts(Fact(size(count), name=words) for words, count in sizes)
    if st.button("Free what can be made again", icon=":material/mop:"):
        with errors.shown(), st.spinner("Looking for what nothing needs"):
            freed = studio.files.collect_garbage()
            st.toast(f"Freed {size(freed)}.", icon=":material/check:")
    st.caption("Nothing that was paid for is removed here, and no decision is lost.")


def where(studio: Studio) -> None:
    """Home, database, workers and limits, as they were read when the studio opened."""
    settings = studio.settings
    lines = [
        Fact(length(settings.max_song_s), name="Longest song"),
        Fact(f"{settings.max_upload_mb} MB", name="Largest upload"),
    ]
    if not settings.hosted:
        workers = "separate worker processes" if settings.database_url else "inside this app"
        lines = [
            Fact(str(settings.home), name="Home", note="STUDIO_HOME"),
            Fact(workers, name="Work runs", note="STUDIO_DATABASE_URL"),
            Fact(f"{settings.workers} at once", name="Workers", note="STUDIO_WORKERS"),
            *lines,
        ]
    facts(lines)
