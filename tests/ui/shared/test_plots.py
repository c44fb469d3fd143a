"""Every decoder has a colour of its own, in charts and in the stylesheet."""

from __future__ import annotations

from pathlib import Path

from kie_app.decoding import DECODERS
from kie_app.ui import shared
from kie_app.ui.shared.plots import COLOURS

STYLES = Path(shared.__file__).with_name("theme.css").read_text("utf-8")


def test_every_decoder_has_a_colour_of_its_own() -> None:
    assert COLOURS.keys() == DECODERS.keys()
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_the_stylesheet_has_a_hue_for_every_decoder() -> None:
    for decoder in DECODERS:
        assert f'.arm[data-arm="{decoder}"] {{ --hue: var(' in STYLES
