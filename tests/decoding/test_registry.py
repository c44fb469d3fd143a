"""The registry names every decoder once, and everything that names one knows it."""

from __future__ import annotations

from kie_app.decoding import BASELINE, DECODERS, DEFAULT_ARMS, HPD, PIP, VERIFIED


def test_every_decoder_is_under_its_own_name_and_has_words_of_its_own() -> None:
    assert all(name == one.name for name, one in DECODERS.items())
    for figure in ("short", "title", "idea"):
        words = [getattr(one, figure) for one in DECODERS.values()]
        assert all(words)
        assert len(set(words)) == len(words)


def test_the_constants_name_decoders_and_arms_run_in_the_order_of_the_registry() -> None:
    assert {PIP, BASELINE, HPD, VERIFIED} <= DECODERS.keys()
    assert [name for name in DECODERS if name in DEFAULT_ARMS] == list(DEFAULT_ARMS)
    assert BASELINE in DEFAULT_ARMS
