"""The song: where it is cut, what was heard in it, and its words."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import streamlit as st

from pages.parts import (
    errors,
    progress,
    song_corrections,
    song_cutting,
    song_decisions,
    song_heard,
    song_lyrics,
)
from pages.parts.boundary_editor import SOUND_KEY, boundary_ground, pack_ground
from pages.parts.media import nothing
from pages.parts.opening import open_page
from pipeline.views import remarks

studio, view = open_page("song")
song_corrections.heed(studio, view)
st.html(Path(__file__).parent / "parts" / "song.css")
project, analysis = view.project, view.analysis

for warning in (*(project.song.warnings if project.song else ()), *view.slot_warnings):
    st.warning(errors.literal(warning), icon=":material/info:")

if analysis is None or not view.slots:
    song_decisions.listen_once(studio, project.id)
    if progress.active(studio.run(project.id)):
        nothing("Listening to the song", "Beats, bars, sections and cuts appear here in a moment.")
    else:
        nothing(
            "Not heard yet",
            "Listening finds the beats, the bars and the sections, and proposes where to cut.",
        )
        st.button(
            "Listen to the song",
            icon=":material/hearing:",
            type="primary",
            on_click=song_decisions.listen,
            args=(studio, project.id),
        )
else:
    peaks = view.peaks_path.read_bytes() if view.peaks_path else b""
    ground = pack_ground(analysis, view.lyrics, peaks)
    boundary_ground(ground)
    bench = song_cutting.Bench(studio, view, ground)
    st.fragment(bench.draw, key="cutting")()

if view.song_path is not None:
    kind = mimetypes.guess_type(f"song{view.song_path.suffix}")[0] or "audio/mpeg"
    with st.container(key=SOUND_KEY):
        st.audio(str(view.song_path), format=kind, alt=f"The song {project.title}")

if analysis is not None and view.slots:
    song_cutting.pace(studio, view)
    st.subheader("What was heard")
    for warning in remarks(analysis, project.song.warnings if project.song else ()):
        st.caption(f":material/info: {errors.literal(warning)}")
    song_heard.draw(studio, view, analysis)
    song_heard.plots(studio, view, analysis)

st.subheader("Lyrics")
song_lyrics.draw(studio, view)
