"""Files as people have them: odd encodings, tags, repeats, stamps of words, and floods."""

from __future__ import annotations

import pytest

from pipeline.errors import BadInput
from pipeline.lyrics.parse import decoded, guessed_format, read_sheet
from pipeline.lyrics.words import joined, split_words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_lyrics_file_is_read_in_whatever_unicode_it_was_saved(encoding: str) -> None:
    text = "[00:10.00]Déjà vu, señor\n[00:12.00]桜の花"
    sheet = read_sheet(decoded(text.encode(encoding)), "lrc")
    assert [line.text for line in sheet.lines] == ["Déjà vu, señor", "桜の花"]


def test_an_old_file_in_windows_latin_keeps_its_accents() -> None:
    data = "[00:10.00]Je t’aime – à toi".encode("cp1252")
    assert read_sheet(decoded(data), "lrc").lines[0].text == "Je t’aime – à toi"
    assert decoded("[00:10.00]déjà".encode("latin-1")) == "[00:10.00]déjà"


def test_odd_bytes_can_be_read() -> None:
    for data in (b"", b"\xff", b"a line\x00 of song" + b"\xff" + b" words" * 30):
        read_sheet(decoded(data), "lrc")


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x00" * 99, b"RIFF\x00\x01\x02\x03WAVE"])
def test_a_sound_or_a_picture_given_as_lyrics_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadInput, match="no text"):
        decoded(data)


def test_an_offset_moves_lines_and_words_wherever_it_stands() -> None:
    sheet = read_sheet("[00:10.00]<00:10.00>Hey <00:10.50>you\n[offset:+500]", "lrc")
    assert sheet.lines[0].start_s == 9.5
    assert sheet.lines[0].words == (("Hey", 9.5), ("you", 10.0))
    late = read_sheet("[offset:-500]\n[00:10.00]Hey", "lrc")
    assert late.lines[0].start_s == 10.5


def test_a_repeated_line_keeps_the_rhythm_of_its_words() -> None:
    sheet = read_sheet("[00:10.00][00:40.00]<00:10.00>Oh <00:11.00>yes <00:12.00>", "lrc")
    assert [line.start_s for line in sheet.lines] == [10.0, 40.0]
    assert sheet.lines[1].words == (("Oh", 40.0), ("yes", 41.0))
    assert sheet.lines[1].end_s == 42.0


def test_word_stamps_are_read_in_angle_and_in_square_brackets() -> None:
    angle = read_sheet("[00:10.00]Oh <00:11.00>my <00:12.00>love", "lrc").lines[0]
    square = read_sheet("[00:10.00]Oh [00:11.00]my [00:12.00]love", "lrc").lines[0]
    assert angle.words == square.words == (("Oh", 10.0), ("my", 11.0), ("love", 12.0))
    assert angle.text == square.text == "Oh my love"


def test_subtitles_lose_their_tags_voices_and_entities() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\n<font color='red'>Rock</font> {\\i1}on{\\i0}\n"
    vtt = (
        "WEBVTT\nKind: captions\n\nNOTE nothing\n\nid\n00:01.000 --> 00:02.000 align:start\n"
        "<v Anna><c.loud>Rock</c> &amp; roll</v>\n"
    )
    assert [line.text for line in read_sheet(srt, "srt").lines] == ["Rock on"]
    found = read_sheet(vtt, "vtt").lines
    assert [line.text for line in found] == ["Rock & roll"]
    assert (found[0].start_s, found[0].end_s) == (1.0, 2.0)


def test_html_in_pasted_lyrics_stays_what_was_written() -> None:
    text = "<script>alert(1)</script>\nI <3 you & me"
    assert [line.text for line in read_sheet(text, "text").lines] == text.splitlines()


@pytest.mark.parametrize("form", ["text", "lrc", "srt", "vtt"])
def test_ten_thousand_lines_are_cut_and_said(form: str) -> None:
    stamped = {
        "text": "la la",
        "lrc": "[00:10.00]la la",
        "srt": "1\n00:00:01,000 --> 00:00:02,000\nla la\n",
        "vtt": "00:01.000 --> 00:02.000\nla la\n",
    }[form]
    head = "WEBVTT\n\n" if form == "vtt" else ""
    sheet = read_sheet(head + "\n".join([stamped] * 10_000), form)  # type: ignore[arg-type]
    assert len(sheet.lines) == 2000
    assert "10,000" in sheet.warnings[-1]


def test_a_line_with_thousands_of_stamps_is_bounded() -> None:
    sheet = read_sheet("[00:01.00]" * 5000 + "la", "lrc")
    assert len(sheet.lines) <= 64


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Lanterns on the street", "text"),
        ("[Chorus]\nLanterns on the street\nhome", "text"),
        ("[00:10.00]Lanterns\n[00:12.00]home", "lrc"),
        ("1\n00:00:01,000 --> 00:00:02,000\nLanterns", "srt"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nLanterns", "vtt"),
        ("\ufeffWEBVTT\n", "vtt"),
        ("", "text"),
    ],
)
def test_the_kind_of_pasted_lyrics_is_seen_from_its_lines(text: str, kind: str) -> None:
    assert guessed_format(text) == kind


@pytest.mark.parametrize(
    "line",
    ["桜の花が咲く。", "「愛」と言う", "AKB 桜", "愛してる baby", "你好，世界", "hello my world"],
)
def test_a_line_is_written_as_its_script_writes_it(line: str) -> None:
    assert joined(split_words(line)) == line
