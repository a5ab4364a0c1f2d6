from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lyrics import words_in
from pipeline.lyrics.align import ALIGN, AlignInputs
from pipeline.lyrics.parse import read_sheet
from pipeline.model import Lyrics, Section, Word


class Bench:
    """A workbench for a stage that only reports progress."""

    threads = 1

    def __init__(self) -> None:
        self.told: list[float] = []

    def progress(self, fraction: float, note: str = "") -> None:
        self.told.append(fraction)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(f"lyrics need no {name}")


SECTIONS = (
    Section(start_s=0, end_s=10, label="intro", energy=0.4),
    Section(start_s=10, end_s=40, label="verse", energy=0.6),
    Section(start_s=40, end_s=50, label="A", energy=0.02),
    Section(start_s=50, end_s=80, label="chorus", energy=0.9),
    Section(start_s=80, end_s=90, label="outro", energy=0.3),
)


def aligned(text: str, form: str = "text", duration_s: float = 90.0, **more: Any) -> Lyrics:
    inputs = AlignInputs(text=text, format=form, duration_s=duration_s, sections=SECTIONS, **more)
    return ALIGN.run(inputs, Bench())


LRC = """\ufeff[ar:Somebody]
[ti:Song]
[00:12.50]First line here
[00:15.00][00:52.00]Chorus comes twice
[00:18.20]
[00:20.00]<00:20.00>Word <00:20.60>by <00:21.10>word
"""


def test_lrc_lines_begin_at_their_stamps_and_repeat() -> None:
    lyrics = aligned(LRC, "lrc")
    assert lyrics.source == "lrc"
    assert lyrics.words[0].text == "First"
    assert lyrics.words[0].start_s == 12.5
    chorus = [word.start_s for word in lyrics.words if word.text == "Chorus"]
    assert chorus == [15.0, 52.0]
    assert "Chorus comes twice" in lyrics.lines


def test_lrc_word_stamps_are_kept_exactly_and_trusted_most() -> None:
    words = [word for word in aligned(LRC, "lrc").words if word.line == 2]
    assert [(w.text, w.start_s, w.quality) for w in words] == [
        ("Word", 20.0, 1.0),
        ("by", 20.6, 1.0),
        ("word", 21.1, 1.0),
    ]


def test_an_offset_moves_all_lines() -> None:
    assert aligned("[offset:500]\n[00:10.00]Hello", "lrc").words[0].start_s == 9.5
    assert aligned("[offset:much]\n[00:10.00]Hello", "lrc").words[0].start_s == 10.0


def test_a_blank_stamp_ends_the_line_before_it() -> None:
    words = aligned("[00:15.00]Short line\n[00:16.00]\n[00:30.00]Next", "lrc").words
    assert words[1].end_s == pytest.approx(16.0)


def test_srt_and_vtt_are_read_without_their_markup() -> None:
    srt = "1\n00:00:12,500 --> 00:00:14,000\n<i>Hello</i> {\\an8}there\n\n"
    vtt = "WEBVTT\n\n00:12.500 --> 00:14.000\n<v Singer>Hello there\n"
    for text, form in ((srt, "srt"), (vtt, "vtt")):
        lyrics = aligned(text, form)
        assert [word.text for word in lyrics.words] == ["Hello", "there"]
        assert lyrics.words[0].start_s == 12.5
        assert lyrics.words[-1].end_s == pytest.approx(14.0)


def test_plain_text_is_spread_over_the_sung_parts_and_says_that_it_is_a_guess() -> None:
    lyrics = aligned("[Verse]\nOne two three\nFour five\n\n(Chorus)\nSix seven eight nine")
    assert lyrics.source == "guess"
    assert lyrics.lines == ("One two three", "Four five", "Six seven eight nine")
    assert all(word.quality < 0.3 for word in lyrics.words)
    assert any("no times" in warning for warning in lyrics.warnings)
    for word in lyrics.words:
        assert 10 <= word.start_s < 40 or 50 <= word.start_s < 80


def test_times_beyond_the_end_are_left_out_and_said() -> None:
    lyrics = aligned("[00:10.00]Inside\n[02:10.00]Outside the song", "lrc")
    assert [word.text for word in lyrics.words] == ["Inside"]
    assert any("beyond the end" in warning for warning in lyrics.warnings)


def test_lyrics_of_a_longer_recording_get_one_warning_and_no_contradiction() -> None:
    lyrics = aligned("[00:05.00]Inside\n[02:10.00]Outside the song", "lrc")
    assert len(lyrics.warnings) == 1
    assert not any("long before" in warning for warning in lyrics.warnings)


def test_lyrics_that_lie_wholly_beyond_the_end_leave_no_words_and_say_so() -> None:
    lyrics = aligned("[09:05.00]Far away\n[09:10.00]even further", "lrc")
    assert lyrics.words == ()
    assert lyrics.lines == ("Far away", "even further")
    assert len(lyrics.warnings) == 1


def test_lyrics_much_shorter_or_denser_than_the_song_are_doubted() -> None:
    early = aligned("[00:01.00]Only at the very beginning", "lrc")
    assert any("long before" in warning for warning in early.warnings)
    crowded = aligned(("word " * 30 + "\n") * 40)
    assert any("more than can be sung" in warning for warning in crowded.warnings)


def test_lyrics_in_other_scripts_are_timed() -> None:
    lyrics = aligned("[00:10.00]桜の花が咲く\n[00:60.00]Ελληνικά λόγια\n[00:70.00]שלום עולם", "lrc")
    assert [word.text for word in lyrics.words if word.line == 0] == list("桜の花が咲く")
    assert [word.text for word in lyrics.words if word.line == 1] == ["Ελληνικά", "λόγια"]
    assert any("script" in warning for warning in lyrics.warnings)


@pytest.mark.parametrize("form", ["lrc", "srt", "vtt"])
def test_text_that_is_not_in_its_format_is_taken_as_plain(form: str) -> None:
    lyrics = aligned("Just some words\nwithout any times", form)
    assert lyrics.source == "guess"
    assert len(lyrics.words) == 6
    assert any("plain text" in warning for warning in lyrics.warnings)


def test_an_instrumental_is_fine() -> None:
    assert aligned("") == Lyrics(source="none")
    assert aligned("  \n \n").words == ()


def test_lyrics_before_any_section_is_known_use_the_whole_song() -> None:
    inputs = AlignInputs(text="One two", duration_s=20)
    words = ALIGN.run(inputs, Bench()).words
    assert 0 <= words[0].start_s < words[-1].end_s <= 20


def heard(*words: tuple[str, float]) -> tuple[Word, ...]:
    return tuple(Word(text=t, start_s=s, end_s=s + 0.3, line=0, quality=0.9) for t, s in words)


def test_pasted_words_take_the_times_of_what_was_heard() -> None:
    times = heard(("hello", 12.0), ("darkness", 13.0), ("friend", 15.0))
    lyrics = aligned("Hello, darkness\nmy old friend!", heard=times)
    assert lyrics.source == "transcription"
    assert [word.text for word in lyrics.words] == ["Hello,", "darkness", "my", "old", "friend!"]
    assert lyrics.words[0].start_s == 12.0
    assert lyrics.words[-1].start_s == 15.0
    assert 13.3 <= lyrics.words[2].start_s < lyrics.words[3].start_s < 15.0
    assert lyrics.words[2].quality < lyrics.words[0].quality
    assert lyrics.words[-1].line == 1


def test_lyrics_of_another_song_are_not_forced_on_what_was_heard() -> None:
    lyrics = aligned("Something entirely different", heard=heard(("hello", 12.0), ("world", 13.0)))
    assert lyrics.source == "guess"
    assert any("were heard in the song" in warning for warning in lyrics.warnings)


def test_what_was_heard_is_the_text_when_none_was_pasted() -> None:
    lyrics = aligned("", heard=heard(("la", 12.0), ("la", 13.0)))
    assert lyrics.source == "transcription"
    assert lyrics.lines == ("la la",)


PLAIN = "One two\nthree four\nfive six\nseven eight"


def located(line: int, *words: tuple[str, float]) -> tuple[Word, ...]:
    return tuple(Word(text=t, start_s=s, end_s=s + 0.3, line=line, quality=0.8) for t, s in words)


def starts(lyrics: Lyrics) -> list[float]:
    """Where each line begins."""
    begins: dict[int, float] = {}
    for word in lyrics.words:
        begins.setdefault(word.line, word.start_s)
    return [begins[line] for line in sorted(begins)]


def test_lines_that_were_found_stand_where_they_were_found_and_the_others_between() -> None:
    found = (*located(0, ("One", 20.0), ("two", 20.5)), *located(2, ("five", 60.0), ("six", 61.0)))
    note = "2 of 4 lines could not be found in the song; their times are a guess."
    lyrics = aligned(PLAIN, located=found, notes=(note,))
    begins = starts(lyrics)
    assert (begins[0], begins[2]) == (20.0, 60.0)
    assert 20.8 <= begins[1] < 60.0
    assert begins[3] >= 61.3
    assert [word.quality for word in lyrics.words if word.line == 1] == [0.15, 0.15]
    assert lyrics.source == "alignment"
    assert note in lyrics.warnings


def test_nothing_found_stays_a_guess_and_says_why() -> None:
    lyrics = aligned(PLAIN, notes=("No line could be found in the song.",))
    assert lyrics.source == "guess"
    assert "No line could be found in the song." in lyrics.warnings


def test_a_start_set_by_hand_holds_and_guessed_lines_follow_it() -> None:
    before = starts(aligned(PLAIN))
    lyrics = aligned(PLAIN, starts_s={"1": before[1] + 3.0})
    after = starts(lyrics)
    assert after[1] == pytest.approx(before[1] + 3.0)
    assert after[0] == pytest.approx(before[0] + 3.0)
    assert after == sorted(after)
    assert all(word.quality >= 0.7 for word in lyrics.words if word.line == 1)


def test_a_start_set_by_hand_moves_no_line_whose_time_is_known() -> None:
    text = "[00:10.00]First one\n[00:20.00]Second one\n[00:30.00]Third one"
    lyrics = aligned(text, "lrc", starts_s={"1": 22.5, "7": 3.0, "x": 4.0})
    assert starts(lyrics) == [10.0, 22.5, 30.0]


def test_a_line_pushed_against_the_next_one_gets_shorter() -> None:
    text = "[00:10.00]First one is long\n[00:20.00]Second"
    lyrics = aligned(text, "lrc", starts_s={"0": 19.0})
    assert max(word.end_s for word in lyrics.words if word.line == 0) <= 20.0 + 1e-6


@settings(max_examples=40, deadline=None)
@given(
    placed=st.dictionaries(
        st.integers(0, 5).map(str), st.floats(min_value=0, max_value=89), max_size=6
    )
)
def test_no_starts_by_hand_break_the_words(placed: dict[str, float]) -> None:
    lyrics = aligned(PLAIN, starts_s=placed)
    assert len(lyrics.words) == 8
    for word in lyrics.words:
        assert 0 <= word.start_s <= word.end_s <= 90.0


def test_each_word_is_in_exactly_one_slot() -> None:
    lyrics = aligned(LRC, "lrc")
    cuts = [0.0, 12.5, 15.0, 15.5, 20.6, 60.0, 90.0]
    found = [w for a, b in pairwise(cuts) for w in words_in(lyrics, a, b)]
    assert found == list(lyrics.words)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=400),
    form=st.sampled_from(["text", "lrc", "srt", "vtt"]),
    duration_s=st.floats(min_value=0.5, max_value=4000),
)
def test_no_text_breaks_the_reading(text: str, form: str, duration_s: float) -> None:
    lyrics = aligned(text, form, duration_s)
    for word in lyrics.words:
        assert 0 <= word.start_s < duration_s
        assert word.start_s <= word.end_s <= duration_s + 1e-6


def test_a_flood_of_lines_is_bounded() -> None:
    sheet = read_sheet("a\n" * 5000, "text")
    assert len(sheet.lines) == 2000
    assert sheet.warnings
