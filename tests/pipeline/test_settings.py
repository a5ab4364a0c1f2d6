from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.settings import read_settings


def test_without_any_variable_the_studio_lives_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})

    assert settings.home == tmp_path / ".studio"
    assert settings.ledger_url == f"sqlite:///{tmp_path}/.studio/studio.sqlite"
    assert not settings.hosted


def test_a_home_on_the_command_line_goes_before_the_environment(tmp_path: Path) -> None:
    settings = read_settings({"STUDIO_HOME": "/elsewhere"}, home=tmp_path)

    assert settings.home == tmp_path


def test_a_share_takes_shorter_songs_and_computes_in_one_process() -> None:
    settings = read_settings({"STUDIO_HOSTED": "1"})

    assert settings.hosted
    assert (settings.max_song_s, settings.max_upload_mb, settings.workers) == (600, 60, 1)


@pytest.mark.parametrize("text", ["many", "-3", "0", "nan", "inf"])
def test_a_limit_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(BadInput, match="STUDIO_MAX_SONG_S"):
        read_settings({"STUDIO_MAX_SONG_S": text})


def test_the_database_is_chosen_by_its_address() -> None:
    settings = read_settings({"STUDIO_DATABASE_URL": "postgres://host/studio"})

    assert settings.ledger_url == "postgres://host/studio"


def test_results_are_shared_in_a_folder_or_at_a_known_kind_of_address(tmp_path: Path) -> None:
    def read(address: str) -> str | None:
        return read_settings({"STUDIO_ARTIFACTS_URL": address}, home=tmp_path).artifacts_url

    assert read("") is None
    assert read(str(tmp_path / "shared")) == str(tmp_path / "shared")
    assert read("s3://bucket/studio") == "s3://bucket/studio"
    with pytest.raises(BadInput, match="STUDIO_ARTIFACTS_URL"):
        read("ftp://user:canary@host/")
