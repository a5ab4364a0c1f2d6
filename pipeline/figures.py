"""Figures: model in, Plotly figure out; pure, and at home on a light and a dark page.

Backgrounds are transparent and text keeps the colour of the page's own theme. Times on the x axis
are seconds of song time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from pipeline.model import AudioAnalysis, Section, Slot
from pipeline.money.usd import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.cuts.limits import SlotLimits

CLEAR = "rgba(0,0,0,0)"
# Readable on white and on near-black alike.
LINE, SECOND, WARM = "#6f8df0", "#3f9d73", "#d08540"
SECTION_COLOURS = ("#4fa3a5", "#b07fb8", "#b98b4a", "#6d9a5f", "#7d8aa5", "#c07a7a")
GRID = "rgba(128,128,128,0.22)"
HEIGHT_PX = 260
LEAST_SPAN = timedelta(minutes=2)
"""What a plot over time shows at least: less would mark the axis in parts of a second."""
# Tempo is read over this many beats, or single beats would draw noise.
TEMPO_BEATS = 8


def tempo(analysis: AudioAnalysis) -> go.Figure:
    """Beats per minute over time, and how sure each beat is (0..1, right axis)."""
    figure = _figure("seconds", "beats per minute")
    beats = np.asarray(analysis.beats_s, dtype=float)
    if len(beats) > TEMPO_BEATS:
        spans = beats[TEMPO_BEATS:] - beats[:-TEMPO_BEATS]
        middles = (beats[TEMPO_BEATS:] + beats[:-TEMPO_BEATS]) / 2
        line = _line(middles, 60 * TEMPO_BEATS / spans, "tempo", LINE)
        figure.add_trace(line)
    if analysis.beat_confidence:
        sure = _line(beats, np.asarray(analysis.beat_confidence), "confidence of beats", SECOND)
        figure.add_trace(sure.update(yaxis="y2", opacity=0.7))
        figure.update_layout(
            yaxis2={"overlaying": "y", "side": "right", "range": [0, 1], "showgrid": False}
        )
    return figure


def energy(analysis: AudioAnalysis) -> go.Figure:
    """Energy 0..1 over time, with the sections behind it."""
    figure = _figure("seconds", "energy")
    times = np.arange(len(analysis.energy)) * analysis.energy_step_s
    area = _line(times, np.asarray(analysis.energy), "energy", LINE)
    figure.add_trace(area.update(fill="tozeroy", fillcolor="rgba(111,141,240,0.25)"))
    figure.update_yaxes(range=[0, 1])
    return _with_sections(figure, analysis.sections)


def similarity(
    picture: NDArray[np.uint8], span_s: tuple[float, float], sections: Sequence[Section]
) -> go.Figure:
    """How much each moment resembles every other, with the edges of the sections.

    Args:
        picture: Square, 0..255, 255 where two moments are alike.
        span_s: Song time of the picture's first and last column.
        sections: Drawn as lines across the picture.
    """
    figure = _figure("seconds", "seconds")
    times = np.linspace(*span_s, len(picture))
    figure.add_trace(
        go.Heatmap(
            z=picture, x=times, y=times, colorscale="Viridis", showscale=False, hoverinfo="skip"
        )
    )
    for section in sections[1:]:
        for draw in (figure.add_vline, figure.add_hline):
            draw(section.start_s, line={"color": "rgba(255,255,255,0.75)", "width": 1})
    figure.update_layout(height=HEIGHT_PX * 2)
    figure.update_yaxes(scaleanchor="x", autorange="reversed", constrain="domain")
    figure.update_xaxes(constrain="domain")
    return figure


def pace(slots: Sequence[Slot], sections: Sequence[Section] = ()) -> go.Figure:
    """Cuts a minute over time, as steps: each slot is as fast as it is short."""
    figure = _figure("seconds", "cuts a minute")
    times = [slot.start_s for slot in slots] + [slot.end_s for slot in slots[-1:]]
    rates = [60 / slot.duration_s for slot in slots]
    line = _line(times, [*rates, *rates[-1:]], "pace", LINE)
    figure.add_trace(line.update(line={"shape": "hv", "color": LINE, "width": 2}))
    figure.update_yaxes(rangemode="tozero")
    return _with_sections(figure, sections)


def lengths(slots: Sequence[Slot], limits: SlotLimits) -> go.Figure:
    """Length of each slot, with the lengths that are sold; orange beyond the limits."""
    figure = _figure("slot", "seconds")
    beyond = [
        limits.over_s(slot.duration_s) + limits.under_s(slot.duration_s) > 0 for slot in slots
    ]
    figure.add_trace(
        go.Bar(
            x=[slot.index + 1 for slot in slots],
            y=[slot.duration_s for slot in slots],
            marker={"color": [WARM if out else LINE for out in beyond]},
            customdata=[slot.section for slot in slots],
            hovertemplate="slot %{x}, %{customdata}: %{y:.2f} s<extra></extra>",
        )
    )
    for sold in limits.buyable_s:
        figure.add_hline(sold, line={"color": GRID, "width": 1, "dash": "dot"})
    return figure


def spending(
    entries: Sequence[tuple[datetime, int]], limit_usd_micro: int | None = None
) -> go.Figure:
    """What was spent in all, over time, in dollars.

    Args:
        entries: When and how much (micro-dollars, negative for a refund), in order of time.
        limit_usd_micro: Drawn as a line when given.
    """
    figure = _figure("", "dollars")
    totals = [number(amount) for amount in accumulate(amount for _, amount in entries)]
    times = [moment for moment, _ in entries]
    line = _line(times, totals, "spent", LINE)
    shape = {"shape": "hv", "color": LINE, "width": 2}
    # A single purchase is a point: a line alone would draw nothing.
    figure.add_trace(line.update(mode="lines+markers", line=shape, marker={"color": LINE}))
    if times and times[-1] - times[0] < LEAST_SPAN:
        middle = times[0] + (times[-1] - times[0]) / 2
        figure.update_xaxes(range=[middle - LEAST_SPAN / 2, middle + LEAST_SPAN / 2])
    if limit_usd_micro is not None:
        figure.add_hline(number(limit_usd_micro), line={"color": WARM, "dash": "dash"})
    figure.update_yaxes(rangemode="tozero", tickprefix="$")
    return figure


def _figure(across: str, up: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 48, "r": 24, "t": 24, "b": 40},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        showlegend=False,
        hovermode="x unified",
    )
    figure.update_xaxes(title_text=across, gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title_text=up, gridcolor=GRID, zeroline=False)
    return figure


def _line(across: Any, up: Any, name: str, colour: str) -> go.Scatter:
    return go.Scatter(x=across, y=up, name=name, mode="lines", line={"color": colour, "width": 2})


def _with_sections(figure: go.Figure, sections: Sequence[Section]) -> go.Figure:
    """Sections as tinted bands; the same label has the same tint."""
    labels = list(dict.fromkeys(section.label for section in sections))
    for section in sections:
        colour = SECTION_COLOURS[labels.index(section.label) % len(SECTION_COLOURS)]
        figure.add_vrect(
            section.start_s,
            section.end_s,
            fillcolor=colour,
            opacity=0.16,
            line_width=0,
            layer="below",
            annotation={"text": section.label, "yanchor": "bottom", "y": 1},
        )
    for before, after in pairwise(sections):
        if before.label == after.label:
            figure.add_vline(after.start_s, line={"color": GRID, "width": 1})
    return figure
