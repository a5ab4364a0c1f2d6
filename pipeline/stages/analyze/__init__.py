"""Listening to a song: one pass over its sound, then beats, bars, sections, energy and mood.

song ──LISTEN──> features, peaks ──ANALYZE(+ corrections)──> AudioAnalysis
"""

from pipeline.stages.analyze.listen import LISTEN, Heard, ListenInputs
from pipeline.stages.analyze.understand import ANALYZE, AnalyzeInputs

__all__ = ["ANALYZE", "LISTEN", "AnalyzeInputs", "Heard", "ListenInputs"]
