from pipeline.lyrics.transcripts import transcript_key, words_of
from pipeline.model import Word


def test_words_come_back_from_the_store_as_they_were_heard() -> None:
    word = Word(text="night", start_s=1.0, end_s=1.5, line=0)

    assert words_of({"words": [word.model_dump(mode="json")], "model": "m"}) == (word,)


def test_two_songs_never_share_a_transcript() -> None:
    assert transcript_key("a" * 64) != transcript_key("b" * 64)
