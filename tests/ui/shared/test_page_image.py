"""Page images lie under what is placed on them in percent; several pages have a strip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kie_app.types import Box, Page
from kie_app.ui.shared.page_image import page_image, page_strip, placed
from tests.ui import recorded
from tests.ui.hostile import ATTACK, harmless


def test_a_page_has_the_shape_of_its_image_and_the_address_of_the_kept_document() -> None:
    html = page_image(Page(1, 200, 300), "kept", "a.pdf", "<i></i>")
    assert 'style="aspect-ratio:200/300"' in html
    assert 'src="documents/kept/1.jpg" alt="Page 2 of a.pdf" loading="lazy"' in html
    assert html.endswith("<i></i></div>")
    assert "draggable" not in html
    assert 'draggable="false"' in page_image(Page(0, 0, 0), "kept", "a.pdf", "", "leaf")


@pytest.mark.parametrize(
    ("box", "style"),
    [
        (Box(0.25, 0.5, 0.75, 0.525), "left:25.00%;top:50.00%;width:50.00%;height:2.50%"),
        (Box(-1, -1, 2, 2), "left:0.00%;top:0.00%;width:100.00%;height:100.00%"),
        (Box(0.5, 0.5, 0.25, 0.25), "left:50.00%;top:50.00%;width:0.00%;height:0.00%"),
    ],
)
def test_a_place_is_percent_of_the_page_and_never_beyond_it(box: Box, style: str) -> None:
    assert placed(box) == f'style="{style}"'


def test_a_strip_has_a_button_for_each_of_several_pages() -> None:
    one = recorded.document()
    assert page_strip(one) == ""
    two = replace(one, pages=(Page(0, 9, 9), Page(1, 9, 9)))
    assert page_strip(two).count("data-goto=") == 2


def test_names_and_ids_stay_text() -> None:
    assert harmless(page_image(Page(0, 9, 9), ATTACK, ATTACK, ""))
