"""One character or place: name, kind, description with its findings, and the texts as sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.description_field import (
    FieldEdit,
    FieldState,
    description_field,
    with_chip,
)
from pages.parts.plan_desk import edit_project, on_plan
from pipeline.cast import (
    Verdict,
    appearance,
    identity_block,
    judge,
    verdict_of,
    wardrobe_anchor,
)
from pipeline.model import Character, CharacterKind, Location, ScenePlan
from pipeline.planning.edits import (
    put_character,
    put_location,
    remove_character,
    remove_location,
)
from pipeline.project import Project

if TYPE_CHECKING:
    from pipeline.studio import Studio
    from pipeline.views import ProjectView

Subject = Character | Location
REDRAW = "cast_redraw"
KINDS = {
    CharacterKind.HUMAN: "Person",
    CharacterKind.MASKED: "Masked person",
    CharacterKind.ANIMAL: "Animal",
    CharacterKind.ROBOT: "Robot",
    CharacterKind.CREATURE: "Creature",
    CharacterKind.OBJECT: "Object",
    CharacterKind.GROUP: "Group",
}


@dataclass(frozen=True)
class Desk:
    """What the cast's parts do to a project; every edit can be undone."""

    studio: Studio
    project_id: str

    def project(self) -> Project:
        return self.studio.project(self.project_id)

    def edit(self, label: str, change: Callable[[Project], Project]) -> None:
        """Change the project as it is now: edits of the cast touch one subject each."""
        edit_project(self.studio, self.project_id, label, change)

    def edit_plan(self, label: str, change: Callable[[ScenePlan], ScenePlan]) -> None:
        self.edit(label, on_plan(change))

    def put(self, one: Subject, label: str, **fields: Any) -> None:
        """Give one character or place new values."""
        made = type(one).model_validate({**dict(self.present(one)), **fields})

        def put(plan: ScenePlan) -> ScenePlan:
            if isinstance(made, Character):
                return put_character(plan, made)
            return put_location(plan, made)

        self.edit_plan(label, put)

    def present(self, one: Subject) -> Subject:
        """The subject as it is stored now, not as this page was drawn."""
        plan = self.project().plan
        everyone: tuple[Subject, ...] = ()
        if plan is not None:
            everyone = (*plan.characters, *plan.locations)
        return next((other for other in everyone if other.id == one.id), one)


def card(desk: Desk, view: ProjectView, one: Subject) -> None:
    """Draw the card of one character or place."""
    _naming(desk, one)
    # The page is being drawn anew already: once more would swallow the click that asked for it.
    st.session_state.pop(REDRAW, None)
    if isinstance(one, Character):
        _description(desk.studio, desk.project_id, one.id)
    else:
        _place(desk, one)
    _leaving(desk, view, one)


def _naming(desk: Desk, one: Subject) -> None:
    key = f"{desk.project_id}_{one.id}"
    name, kind, lock = st.columns([5, 3, 2], vertical_alignment="bottom")
    st.session_state[f"name_{key}"] = one.name
    name.text_input(
        "Name",
        key=f"name_{key}",
        max_chars=120,
        on_change=lambda: desk.put(
            one, f"Name {one.name}", name=st.session_state[f"name_{key}"].strip() or one.name
        ),
    )
    if isinstance(one, Location):
        return
    st.session_state[f"kind_{key}"] = one.kind
    kind.selectbox(
        "Is",
        list(KINDS),
        format_func=KINDS.__getitem__,
        key=f"kind_{key}",
        on_change=lambda: desk.put(
            one, f"Kind of {one.name}", kind=st.session_state[f"kind_{key}"]
        ),
    )
    st.session_state[f"lock_{key}"] = one.locked
    lock.toggle(
        "Lock",
        key=f"lock_{key}",
        help="A locked character is left as it is when the film is planned again.",
        on_change=lambda: desk.put(one, f"Lock {one.name}", locked=st.session_state[f"lock_{key}"]),
    )


@st.fragment(key="cast_description")
def _description(studio: Studio, project_id: str, ident: str) -> None:
    """The field and the texts made from it: only this part runs again while one types."""
    desk = Desk(studio, project_id)
    plan = desk.project().plan
    one = next((other for other in plan.characters if other.id == ident), None) if plan else None
    if one is None:
        return
    if st.session_state.pop(REDRAW, False):
        st.rerun()
    draft = _draft(project_id, one)
    seen = one.model_copy(update={"description": draft.text})
    verdict = verdict_of(seen)
    description_field(
        f"description_{project_id}_{ident}",
        FieldState(draft.text, verdict, draft.seq),
        lambda edit: _typed(desk, one, edit),
    )
    _as_sent(seen, verdict)


@dataclass(frozen=True)
class Draft:
    """What was typed and not stored yet; ``stored`` is the stored text that it began from."""

    seq: int
    text: str
    stored: str


def _draft(project_id: str, one: Character) -> Draft:
    """The text being typed; the stored one where undo or another page has changed it since."""
    key = f"draft_{project_id}_{one.id}"
    draft = st.session_state.get(key)
    if not isinstance(draft, Draft) or draft.stored != one.description:
        seq = draft.seq if isinstance(draft, Draft) else 0
        draft = Draft(seq, one.description, one.description)
        st.session_state[key] = draft
    return draft


def _typed(desk: Desk, one: Character, edit: FieldEdit) -> None:
    """Take what the browser sent: judge it again in the next run, store it when one rests."""
    text = edit.text
    if edit.chip:
        text = with_chip(edit, judge(text, name=one.name, kind=one.kind))
    stored = one.description
    if edit.commit and text != stored:
        desk.put(one, f"Describe {one.name}", description=text)
        now = desk.present(one)
        if isinstance(now, Character):
            stored = now.description
            st.session_state[REDRAW] = verdict_of(now).verdict != verdict_of(one).verdict
    st.session_state[f"draft_{desk.project_id}_{one.id}"] = Draft(edit.seq, text, stored)


def _as_sent(one: Character, verdict: Verdict) -> None:
    """The identity text and the wardrobe anchor, word for word as they go into prompts."""
    st.caption("Identity text, sent for reference pictures and text-to-video")
    st.code(identity_block(one), language=None, wrap_lines=True)
    anchor = wardrobe_anchor(one)
    st.caption("Wardrobe anchor, sent with a picture to image-to-video")
    if anchor:
        st.code(anchor, language=None, wrap_lines=True)
    else:
        st.markdown("*None: the description names no garment with a colour.*")
    if verdict.verdict == "error":
        st.caption("Shots with this character are not bought until the findings are settled.")


def _place(desk: Desk, one: Location) -> None:
    key = f"{desk.project_id}_{one.id}"
    fields = (("description", "Description", 10_000), ("time_of_day", "Time of day", 120))
    for field, label, most in (*fields, ("weather", "Weather", 120)):
        widget = st.text_area if field == "description" else st.text_input
        st.session_state[f"{field}_{key}"] = getattr(one, field)
        widget(
            label,
            key=f"{field}_{key}",
            max_chars=most,
            on_change=_setter(desk, one, field, f"{field}_{key}"),
        )


def _setter(desk: Desk, one: Location, field: str, key: str) -> Callable[[], None]:
    return lambda: desk.put(one, f"Describe {one.name}", **{field: st.session_state[key]})


def _leaving(desk: Desk, view: ProjectView, one: Subject) -> None:
    """Take the subject out of the film; undo brings it back."""
    shots = len(appearance(view.plan, view.slots, one.id).slots) if view.plan else 0
    label = "Take out of the film" + (f" ({shots} shots lose it)" if shots else "")
    if st.button(label, icon=":material/person_remove:", key=f"remove_{one.id}", type="tertiary"):
        remove = remove_character if isinstance(one, Character) else remove_location
        desk.edit_plan(f"Take {one.name} out", lambda plan: remove(plan, one.id))
        st.rerun()
