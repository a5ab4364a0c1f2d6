"""The left column: the brief, the style in the person's words, the palette, the treatment."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.parts import errors
from pages.parts.plan_desk import Desk
from pipeline.model import Style, Swatch
from pipeline.planning import edits
from pipeline.project import Project, changed

MOST_LETTERS = 10_000
MOST_STYLE_LETTERS = 1_000
MOST_SWATCHES = 8


def draw(desk: Desk) -> None:
    """Draw brief, style words, palette and treatment."""
    _brief(desk)
    _words(desk)
    if desk.plan is None:
        return
    _palette(desk, desk.plan.style)
    _treatment(desk)


def _brief(desk: Desk) -> None:
    key = f"brief_{desk.project.id}"
    st.session_state[key] = desk.project.brief.text

    def store() -> None:
        text = st.session_state[key]
        desk.edit("Brief", lambda project: _with_brief(project, text=text))

    st.text_area(
        "Brief",
        key=key,
        max_chars=MOST_LETTERS,
        height=160,
        placeholder="Who is in it, where it plays, what happens. Any language. May stay empty.",
        help="Describe people with age, hair and clothes with colours: the words are kept.",
        on_change=store,
    )


def _words(desk: Desk) -> None:
    key = f"style_{desk.project.id}"
    st.session_state[key] = desk.project.brief.style.words

    def store() -> None:
        words = st.session_state[key]

        def change(project: Project) -> Project:
            style = project.brief.style.model_copy(update={"words": words})
            plan = edits.set_style(project.plan, words=words) if project.plan else None
            return changed(_with_brief(project, style=style), plan=plan)

        desk.edit("Style words", change)

    st.text_area(
        "Style, in your words",
        key=key,
        max_chars=MOST_STYLE_LETTERS,
        height=68,
        placeholder="16 mm film, faded colours",
        help="Sent word for word with every clip.",
        on_change=store,
    )


def _palette(desk: Desk, style: Style) -> None:
    st.html(_swatches(style.palette))
    with st.popover("Change the palette", icon=":material/palette:", width="stretch"):
        chosen = [_swatch(desk, number, one) for number, one in enumerate(style.palette)]
        left, right = st.columns(2)
        if left.button("Keep these", key="palette_keep", type="primary", width="stretch"):
            desk.edit_plan("Palette", lambda plan: edits.set_palette(plan, chosen))
            st.rerun()
        full = len(style.palette) >= MOST_SWATCHES
        if right.button("Add one", key="palette_add", disabled=full, width="stretch"):
            more = [*chosen, ("#808080", "")]
            desk.edit_plan("Palette", lambda plan: edits.set_palette(plan, more))
            st.rerun()


def _swatch(desk: Desk, number: int, swatch: Swatch) -> tuple[str, str]:
    key = f"swatch_{desk.project.id}_{desk.project.revision}_{number}"
    tone, role = st.columns([1, 5], vertical_alignment="bottom")
    colour = tone.color_picker(f"Colour {number + 1}", swatch.hex, key=key)
    work = role.text_input(
        f"Work of colour {number + 1}", swatch.role, max_chars=120, key=f"{key}_role"
    )
    return colour, work


def _swatches(palette: tuple[Swatch, ...]) -> str:
    """The palette as a row of colours; roles are escaped, colours are checked by the model."""
    cells = "".join(
        f'<span title="{escape(one.role)}" style="background:{one.hex};flex:1;height:34px"></span>'
        for one in palette
    )
    names = "".join(
        f'<li style="display:flex;gap:.5rem"><code>{one.hex}</code>{escape(one.role)}</li>'
        for one in palette
    )
    return (
        '<div style="display:flex;border-radius:6px;overflow:hidden" role="img" '
        f'aria-label="Palette">{cells}</div>'
        f'<ul style="list-style:none;margin:.4rem 0 0;padding:0;font-size:.82rem">{names}</ul>'
    )


def _treatment(desk: Desk) -> None:
    plan = desk.plan
    if plan is None:
        return
    with st.expander("Treatment", expanded=False):
        for title, text in (
            ("", plan.treatment.logline),
            ("", plan.treatment.concept),
            ("Motif", plan.treatment.motif),
            ("Ending", plan.treatment.ending),
        ):
            if text:
                lead = f"**{title}.** " if title else ""
                st.markdown(lead + errors.literal(text))
        st.caption(
            "Look: "
            + errors.literal(plan.style.look)
            + "  \nLight: "
            + errors.literal(plan.style.light)
        )
    st.caption(_origin(plan.planner))
    for remark in plan.remarks[:6]:
        st.caption(f":material/info: {errors.literal(remark)}")


def _origin(planner: str) -> str:
    """Who wrote the plan, as a sentence."""
    known = {
        "offline": "Planned by the offline planner, without a language model.",
        "imported": "Read from a file.",
    }
    return known.get(planner) or f"Planned by {errors.literal(planner)}."


def _with_brief(project: Project, **fields: object) -> Project:
    return changed(project, brief={**dict(project.brief), **fields})
