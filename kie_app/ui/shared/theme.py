"""The look of the page: Gradio's theme in the app's colours, and the stylesheets beside it.

System fonts alone, so that nothing is fetched from elsewhere. The colours are declared once, in
`theme.css`, as custom properties for light and dark.
"""

from __future__ import annotations

import re
from pathlib import Path

import gradio as gr

STYLESHEET = Path(__file__).with_name("theme.css")
UI = Path(__file__).parents[1]
STYLESHEETS = (STYLESHEET, UI / "review" / "review.css", UI / "insights" / "insights.css")
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Menlo", "monospace")


def _both(name: str, value: str) -> dict[str, str]:
    """The same custom property for light and dark: it changes with the mode by itself."""
    return {name: value, f"{name}_dark": value}


def colours() -> str:
    """The stylesheet's colours for a page that is not Gradio's: dark where the system is."""
    light, dark = (
        re.search(rf"^{selector} {{(.*?)^}}", STYLESHEET.read_text("utf-8"), re.M | re.S)
        for selector in (":root", r"\.dark")
    )
    assert light is not None
    assert dark is not None
    return f":root {{{light[1]}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark[1]}}} }}\n"


THEME = gr.themes.Base(
    primary_hue="teal",
    neutral_hue="stone",
    font=list(SANS),
    font_mono=list(MONO),
    radius_size=gr.themes.sizes.radius_md,
    text_size=gr.themes.sizes.text_md,
).set(
    **_both("body_background_fill", "var(--ground)"),
    **_both("body_text_color", "var(--ink)"),
    **_both("body_text_color_subdued", "var(--faint)"),
    **_both("background_fill_primary", "var(--sheet)"),
    **_both("background_fill_secondary", "var(--sunk)"),
    **_both("border_color_primary", "var(--line)"),
    **_both("border_color_accent", "var(--accent)"),
    **_both("color_accent_soft", "var(--accent-soft)"),
    **_both("block_background_fill", "transparent"),
    **_both("block_border_width", "0px"),
    **_both("block_label_text_color", "var(--faint)"),
    **_both("block_title_text_color", "var(--ink)"),
    **_both("block_info_text_color", "var(--faint)"),
    **_both("block_shadow", "none"),
    **_both("input_background_fill", "var(--sheet)"),
    **_both("input_background_fill_focus", "var(--sheet)"),
    **_both("input_border_width", "1px"),
    **_both("input_border_color", "var(--edge)"),
    **_both("input_border_color_focus", "var(--accent)"),
    **_both("input_shadow", "none"),
    **_both("input_shadow_focus", "0 0 0 2px var(--accent-soft)"),
    **_both("input_placeholder_color", "var(--faint)"),
    **_both("checkbox_label_background_fill", "transparent"),
    **_both("checkbox_label_background_fill_hover", "var(--sunk)"),
    **_both("checkbox_label_background_fill_selected", "var(--accent-soft)"),
    **_both("checkbox_label_border_color", "var(--edge)"),
    **_both("checkbox_label_border_color_selected", "var(--accent)"),
    **_both("checkbox_label_text_color", "var(--ink)"),
    **_both("checkbox_label_text_color_selected", "var(--ink)"),
    **_both("checkbox_label_shadow", "none"),
    **_both("checkbox_border_color", "var(--edge)"),
    **_both("checkbox_background_color", "var(--sheet)"),
    **_both("checkbox_background_color_selected", "var(--accent)"),
    **_both("checkbox_border_color_selected", "var(--accent)"),
    **_both("button_primary_background_fill", "var(--accent)"),
    **_both("button_primary_background_fill_hover", "var(--accent-deep)"),
    **_both("button_primary_border_color", "var(--accent)"),
    **_both("button_primary_text_color", "var(--on-accent)"),
    **_both("button_secondary_background_fill", "var(--sheet)"),
    **_both("button_secondary_background_fill_hover", "var(--sunk)"),
    **_both("button_secondary_border_color", "var(--edge)"),
    **_both("button_secondary_text_color", "var(--ink)"),
    block_padding="0px",
    layout_gap="16px",
    block_title_text_weight="600",
    block_title_text_size="13px",
    checkbox_label_padding="8px 12px",
    button_large_text_weight="650",
)
