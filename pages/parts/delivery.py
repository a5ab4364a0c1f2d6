"""What the film page is made of: the button that makes it, its format, what can be taken home."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, nav, progress
from pages.parts.media import nothing
from pages.parts.states import size, usd
from pipeline.errors import StudioError
from pipeline.model import Aspect, Fit
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from pipeline.model import Film
    from pipeline.studio import ProjectView, Studio
    from pipeline.views import StepState

POSTER = Path(__file__).with_name("poster.js")
HEIGHTS = (360, 480, 720, 1080, 1440, 2160)
RATES = (24, 25, 30)
WORDS: dict[object, str] = {
    Fit.CROP: "Crop",
    Fit.BLUR: "Blurred edges",
    Fit.LETTERBOX: "Bars",
    Aspect.WIDE: ":material/crop_16_9: 16:9",
    Aspect.TALL: ":material/crop_9_16: 9:16",
    Aspect.SQUARE: ":material/crop_square: 1:1",
    Aspect.PORTRAIT: ":material/crop_portrait: 4:5",
}
TEXT_FORMATS = {
    "otio": ("Timeline, OpenTimelineIO", "application/json"),
    "edl": ("Timeline, EDL (CMX 3600)", "text/plain"),
    "fcpxml": ("Timeline, Final Cut XML", "application/xml"),
    "srt": ("Captions, SubRip", "text/plain"),
    "vtt": ("Captions, WebVTT", "text/vtt"),
    "lrc": ("Lyrics, LRC", "text/plain"),
}


def player(studio: Studio, view: ProjectView, film: Film) -> None:
    """The film itself, or words when its file was removed or damaged."""
    try:
        path = view.film_copy or studio.path(film.blob)
    except LookupError:
        nothing("The film's file is gone", "Make the film again: its parts are still here.")
        return
    with st.container(key="player"):
        st.video(str(path), alt=f"The film of {view.project.title}")
    if view.film_copy is not None:
        st.caption("A smaller copy plays here, to spare the host; the download is the whole film.")
    if view.film_poster is not None:
        _hang(view.film_poster)


def _hang(poster: Path) -> None:
    """Show a picture in the player until it plays: Streamlit's own player has no word for it."""
    picture = b64encode(poster.read_bytes()).decode("ascii")
    script = POSTER.read_text(encoding="utf-8").replace(
        "PICTURE", f"data:image/jpeg;base64,{picture}"
    )
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def busy(studio: Studio, view: ProjectView) -> bool:
    """Whether work on the project is under way."""
    return progress.active(studio.run(view.project.id))


def make(studio: Studio, view: ProjectView, step: StepState) -> None:
    """The one button of the page, with its price, and why the film is as it is."""
    at_work = busy(studio, view)
    renew = step.state in ("stale", "done")
    label = f"{'Renew' if renew else 'Make'} the film · {usd(step.renew_usd_micro)}"
    st.button(
        label,
        type="primary" if step.state != "done" else "secondary",
        icon=":material/theaters:",
        width="stretch",
        disabled=at_work or view.project.song is None,
        help="Work is under way; see above." if at_work else None,
        on_click=_start,
        args=(studio, view.project.id),
    )
    if step.why:
        st.caption(errors.literal(step.why))


def _start(studio: Studio, project_id: str) -> None:
    with errors.shown(later=True):
        studio.start(project_id, "film")


def format_controls(studio: Studio, view: ProjectView) -> None:
    """Shape, height, rate, fit and captions, each a decision that can be undone."""
    wanted = view.project.format
    with st.container(border=True):
        st.subheader("Format")
        _choice(studio, view, "aspect", "Shape", Aspect)
        _choice(studio, view, "height", "Height in pixels", HEIGHTS)
        _choice(studio, view, "fps", "Frames a second", RATES)
        _choice(studio, view, "fit", "A clip of another shape", Fit)
        across, down = wanted.size
        st.toggle(
            "Words in the previews",
            help="The line that is sung in a shot, or what happens in it.",
            value=view.project.captions,
            key=_key(view, "captions"),
            on_change=_set_captions,
            args=(studio, view),
        )
        st.caption(
            f"The film will be {across} × {down}. Transitions belong to the shots: "
            "cut, crossfade or fade is chosen in the plan."
        )
        if studio.settings.hosted:
            st.caption(
                "A shared host has little memory: take the project home as a ZIP to make it larger."
            )


def _key(view: ProjectView, field: str) -> str:
    """A key of this revision, so that undo and a second tab show in the control."""
    return f"format_{field}_{view.project.id}_{view.project.revision}"


def _choice(
    studio: Studio, view: ProjectView, field: str, label: str, options: Iterable[object]
) -> None:
    now = getattr(view.project.format, field)
    offered = list(options)
    st.segmented_control(
        label,
        offered if now in offered else [*offered, now],
        default=now,
        required=True,
        format_func=lambda option: WORDS.get(option, str(option)),
        key=_key(view, field),
        on_change=_set_format,
        args=(studio, view, field),
    )


def _set_format(studio: Studio, view: ProjectView, field: str) -> None:
    """Take a choice as an edit. A run that a fast click cut short can call this for nothing."""
    value = st.session_state[_key(view, field)]
    if value == getattr(view.project.format, field):
        return

    def edit(project: Project) -> Project:
        return changed(project, format=project.format.model_copy(update={field: value}))

    with errors.shown(later=True):
        studio.change(view.project.id, view.project.revision, f"Change the film's {field}", edit)


def _set_captions(studio: Studio, view: ProjectView) -> None:
    wanted = bool(st.session_state[_key(view, "captions")])
    if wanted == view.project.captions:
        return
    with errors.shown(later=True):
        studio.change(
            view.project.id,
            view.project.revision,
            "Show captions" if wanted else "Hide captions",
            lambda project: changed(project, captions=wanted),
        )


def previews(view: ProjectView, film: Film) -> None:
    """Say what no model made."""
    count = len(film.previews)
    if not count:
        st.caption("Every shot is a clip made by a model.")
        return
    st.caption(
        f":violet[:material/visibility: preview] {count} of {len(film.cut_frames)} shots were "
        "drawn by this machine as previews and say so in the picture."
    )
    if any(entry.name == "clips" for entry in nav.entries()):
        st.page_link(
            nav.path_of("clips"),
            label="Make their clips",
            icon=":material/movie:",
            query_params={nav.PROJECT: view.project.id},
        )


def downloads(studio: Studio, view: ProjectView, film: Film) -> None:
    """The film, the project, timelines and captions, each with its size where it is known."""
    st.subheader("Downloads")
    stem = file_stem(view.project.title)
    st.download_button(
        f"Film, MP4 · {size(film.blob.bytes)}",
        data=lambda: studio.path(film.blob).open("rb"),
        file_name=f"{stem}.mp4",
        mime="video/mp4",
        icon=":material/download:",
        type="primary",
        width="stretch",
        on_click="ignore",
    )
    st.download_button(
        "Project to take home, ZIP",
        help="Your decisions, the song, your pictures and all bought takes: whatever cannot be "
        "made again for nothing. Import it on the Projects page of any studio.",
        data=lambda: studio.files.export_zip(view.project.id).open("rb"),
        file_name=f"{stem}.zip",
        mime="application/zip",
        icon=":material/folder_zip:",
        width="stretch",
        on_click="ignore",
    )
    more = st.expander(
        "Timelines and captions", icon=":material/subtitles:", key="more_files", on_change="rerun"
    )
    # Written when asked for: the writers of timelines are large, and few visits need them.
    if more.open:
        with more:
            for name in TEXT_FORMATS:
                _text_download(studio, view, name, stem)


def _text_download(studio: Studio, view: ProjectView, name: str, stem: str) -> None:
    words, mime = TEXT_FORMATS[name]
    data, reason = b"", ""
    try:
        data = studio.files.export(view.project.id, name).read_bytes()
    except StudioError as fault:
        reason = str(fault)
    st.download_button(
        f"{words} · {size(len(data))}" if data else words,
        data=data,
        file_name=f"{stem}.{name}",
        mime=mime,
        help=errors.literal(reason) if reason else None,
        disabled=not data,
        width="stretch",
        on_click="ignore",
        key=f"download_{name}",
    )


def file_stem(title: str) -> str:
    """A title as a file name that every system takes."""
    kept = "".join(sign if sign.isalnum() or sign in " -_" else " " for sign in title)
    return " ".join(kept.split())[:80] or "film"
