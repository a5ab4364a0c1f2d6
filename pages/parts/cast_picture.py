"""The reference picture of a character or place, and where it appears in the film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import cast_drawing, errors, progress
from pages.parts.cast_card import Desk, Subject
from pages.parts.media import Fact, facts
from pages.parts.states import length, usd
from pipeline.cast import appearance
from pipeline.model import Blob, Character
from pipeline.project import Project, ReferenceChoice, changed

if TYPE_CHECKING:
    from pipeline.views import ProjectView

KINDS = ["png", "jpg", "jpeg", "webp"]
MOST_MB = 25
FAR_S = 40.0


def picture(desk: Desk, view: ProjectView, one: Subject) -> None:
    """The picture in use, and what can be done about it."""
    choice = view.project.references.get(one.id, ReferenceChoice())
    blob = _blob(view, one, choice)
    if blob is None:
        st.caption("No reference picture yet. Draw one, or take your own.")
    else:
        with errors.shown():
            st.image(str(desk.studio.path(blob)), width="stretch")
        st.caption(_words(view, one, choice))
    _approve(desk, one, choice, blob)
    _make(desk, view, one, choice)
    _upload(desk, one)


def _blob(view: ProjectView, one: Subject, choice: ReferenceChoice) -> Blob | None:
    """The chosen picture, else the one that was drawn from the present description."""
    still = view.stills.get(one.id)
    return choice.blob or (still.blob if still else None)


def proposed(one: Subject) -> None:
    """Which words of the description a planner wrote, as long as they stand in it."""
    if not isinstance(one, Character) or not one.proposed or one.proposed not in one.description:
        return
    whole = one.proposed == one.description
    words = "the whole description" if whole else f"“{one.proposed.strip(' ,.:')}”"
    st.caption(
        f":material/edit_note: Proposed by the planner: {errors.literal(words)}. "
        "Change it as you like."
    )


def _words(view: ProjectView, one: Subject, choice: ReferenceChoice) -> str:
    still = view.stills.get(one.id)
    if choice.source == "uploaded" and choice.blob is not None:
        origin = "Your own picture"
    elif still is not None:
        origin = f"Made by {still.made_by}"
    else:
        origin = "Made from an earlier description"
    return f"{origin} · {'approved' if choice.approved else 'not approved yet'}"


def _approve(desk: Desk, one: Subject, choice: ReferenceChoice, blob: Blob | None) -> None:
    if blob is None:
        return
    label = "Withdraw approval" if choice.approved else "Approve"
    help_ = "Paid clips wait until the picture that they start from is approved."
    pressed = st.button(
        label,
        icon=":material/verified:",
        key=f"approve_{one.id}",
        help=help_,
        type="secondary" if choice.approved else "primary",
        width="stretch",
    )
    if pressed:
        approved = choice.model_copy(update={"blob": blob, "approved": not choice.approved})
        _set(desk, one, f"{label}: {one.name}", approved)


def _make(desk: Desk, view: ProjectView, one: Subject, choice: ReferenceChoice) -> None:
    """Who draws, then this picture and all that are missing, each with its price."""
    model = cast_drawing.choose(desk.studio, view.project, desk.edit, "cast")
    lacking = cast_drawing.missing(view, model)
    anew = one.id not in lacking
    busy = progress.active(desk.studio.run(desk.project_id))
    cost = usd(cast_drawing.cost_usd_micro(model, 1))
    if st.button(
        f"{'Draw again' if anew else 'Draw'} · {cost}",
        icon=":material/draw:",
        key=f"draw_{one.id}",
        disabled=busy,
        width="stretch",
    ):
        _draw(desk, view, (one.id,), anew=anew)
    if len(lacking) > 1 and st.button(
        f"Draw all {len(lacking)} that are missing · "
        f"{usd(cast_drawing.cost_usd_micro(model, len(lacking)))}",
        key="draw_missing",
        disabled=busy,
        width="stretch",
    ):
        _draw(desk, view, lacking)


def _draw(desk: Desk, view: ProjectView, ids: tuple[str, ...], *, anew: bool = False) -> None:
    with errors.shown(later=True):
        desk.studio.draw(desk.project_id, view.project.revision, ids, anew=anew)
    st.rerun()


def _upload(desk: Desk, one: Subject) -> None:
    round_ = st.session_state.setdefault(f"upload_round_{one.id}", 0)
    file = st.file_uploader(
        "Your own picture",
        type=KINDS,
        max_upload_size=MOST_MB,
        key=f"upload_{desk.project_id}_{one.id}_{round_}",
    )
    if file is None:
        return
    with errors.shown(later=True):
        blob = desk.studio.files.keep_picture(desk.project_id, file)
        own = ReferenceChoice(blob=blob, source="uploaded")
        desk.edit(f"Picture of {one.name}", lambda project: with_choice(project, one.id, own))
    # A new key empties the uploader, so that the same file is not taken in at every run.
    st.session_state[f"upload_round_{one.id}"] = round_ + 1
    st.rerun()


def _set(desk: Desk, one: Subject, label: str, choice: ReferenceChoice) -> None:
    desk.edit(label, lambda project: with_choice(project, one.id, choice))
    st.rerun()


def with_choice(project: Project, ident: str, choice: ReferenceChoice) -> Project:
    """The project with another reference picture for one subject."""
    return changed(project, references={**project.references, ident: choice})


def presence(view: ProjectView, one: Subject) -> None:
    """Where and how often the subject is seen, and the longest time without it."""
    if view.plan is None:
        return
    seen = appearance(view.plan, view.slots, one.id)
    st.subheader("In the film")
    if not seen.slots:
        st.caption("In no shot yet. Give it a shot on the page Plan.")
        return
    lines = [
        Fact(f"{len(seen.slots)} of {len(view.slots)} shots, {length(seen.seconds)}", "Seen"),
        Fact(", ".join(str(index + 1) for index in seen.slots), "Shots"),
    ]
    if seen.longest_gap_s > 0:
        where = f"{length(seen.gap_start_s)} to {length(seen.gap_end_s)}"
        note = "After so long a look drifts: start the next shot from the approved picture."
        lines.append(
            Fact(
                f"{seen.longest_gap_s:.0f} s, {where}",
                "Longest gap",
                note if seen.longest_gap_s >= FAR_S else "",
                ok=seen.longest_gap_s < FAR_S,
            )
        )
    facts(lines)
