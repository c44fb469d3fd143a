"""The colours of a page that is not Gradio's are those of the page that is."""

from __future__ import annotations

import re

from kie_app.ui.shared import theme


def test_the_colours_are_those_of_the_stylesheet_for_light_and_dark() -> None:
    light, _, dark = theme.colours().partition("@media (prefers-color-scheme: dark)")
    sheet = theme.STYLESHEET.read_text("utf-8")
    for part, selector in ((light, ":root {"), (dark, ".dark {")):
        own = sheet.partition(selector)[2].partition("}")[0]
        declared = re.findall(r"--[\w-]+: [^;]+", own)
        assert len(declared) > 10
        assert re.findall(r"--[\w-]+: [^;]+", part) == declared
    assert theme.colours().count("{") == theme.colours().count("}")
