import pytest

from pipeline.keys import KeyRing


def test_a_visitors_key_serves_their_project_alone() -> None:
    ring = KeyRing(from_environment=False)
    ring.lend("mine", {"OPENAI_API_KEY": "sk-mine"})

    assert ring.key("mine", "OPENAI_API_KEY") == "sk-mine"
    assert ring.key("yours", "OPENAI_API_KEY") is None


def test_on_a_share_the_hosts_own_keys_are_never_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_host")

    assert KeyRing(from_environment=False).key("any", "REPLICATE_API_TOKEN") is None
    assert KeyRing().key("any", "REPLICATE_API_TOKEN") == "r8_host"


def test_a_key_is_in_no_text_that_the_ring_shows() -> None:
    ring = KeyRing(from_environment=False)
    ring.lend("mine", {"OPENAI_API_KEY": "sk-mine"})

    assert "sk-mine" not in repr(ring) + str(ring.sources("mine"))
    assert ring.sources("mine")["OPENAI_API_KEY"] == "this visit"


def test_a_key_that_was_taken_back_is_gone() -> None:
    ring = KeyRing(from_environment=False)
    ring.lend("mine", {"OPENAI_API_KEY": "sk-mine"})
    ring.take_back("mine")

    assert ring.key("mine", "OPENAI_API_KEY") is None
