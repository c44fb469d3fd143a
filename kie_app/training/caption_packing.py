"""Images with captions for a multimodal backbone: spans of the caption become slots.

The packed sequence is that of documents, with image tokens in the document's place:

    image | caption: whole text | caption: text with some spans as slots
"""

from __future__ import annotations

import io
import random

import torch
from PIL import Image, UnidentifiedImageError

from kie_app.datasets.captions import Captioned
from kie_app.errors import BackboneError, DataError
from kie_app.model.backbone import Backbone
from kie_app.model.features.label import PLACES
from kie_app.model.features.run import RUN_FEATURES
from kie_app.model.features.word import WORD_FEATURES
from kie_app.model.prompt import value_ids
from kie_app.training.packing import IGNORE, Packed

KEY = "caption"
HIDDEN = 0.5  # share of a caption's tokens that are slots
LONGEST = 6  # tokens of a span
MAX_TOKENS = 256  # of a caption; longer ones are cut


def pack(backbone: Backbone, item: Captioned, rng: random.Random) -> Packed:
    """One image with its caption as a packed sequence of n tokens; no words, so no pointers."""
    if backbone.vision is None:
        raise BackboneError(
            f"{backbone.name} sees no images: leave out folders of captions, or set "
            "ONEPASS_BACKBONE to a model of the Qwen-VL family."
        )
    try:
        with Image.open(io.BytesIO(item.data())) as image:
            picture = backbone.vision.picture(image.convert("RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{item.name} is no image that can be read ({error}): replace it or take its caption "
            "out."
        ) from error
    text = backbone.text
    head = list(text.encode(f"{KEY}:"))
    caption = [*value_ids(text, item.caption)[: MAX_TOKENS - 1], text.end]
    covered = spans(len(caption), rng)
    seen = picture.positions.shape[1]
    size = len(head) + len(caption)
    ids = torch.tensor([text.end] * seen + [*head, *caption] * 2)
    segment = torch.tensor([0] * seen + [1] * size + [2] * size)
    order = torch.arange(len(ids))
    same = segment[:, None] == segment[None, :]
    readable = (segment[None, :] == 0) | same
    visible = readable & ((order[None, :] <= order[:, None]) | (same & (segment == 2)[:, None]))
    place = torch.arange(picture.after, picture.after + size).repeat(2).expand(3, -1)
    slots = torch.tensor([False] * (seen + size + len(head)) + covered)
    answer = torch.tensor([*[IGNORE] * (len(head) - 1), *caption, IGNORE])
    none = torch.zeros(0, dtype=torch.long)
    return Packed(
        ids=ids,
        positions=torch.cat([picture.positions, place], dim=1),
        visible=visible,
        slots=slots,
        boxes=torch.zeros(0, 4),
        boxed=none,
        words=none,
        next=torch.cat([torch.full((seen,), IGNORE), answer, torch.full((size,), IGNORE)]),
        slot=torch.where(slots, ids, IGNORE),
        query=none,
        laid=none,
        block=none,
        place=none,
        seeded=none.bool(),
        gold=none.bool(),
        at=none,
        first=none,
        last=none,
        label_features=torch.zeros(0, 0, len(PLACES)),
        word_features=torch.zeros(0, len(WORD_FEATURES)),
        run_features=torch.zeros(0, 0, len(RUN_FEATURES)),
        runs=[],
        document=seen,
        picture=picture,
    )


def spans(length: int, rng: random.Random) -> list[bool]:
    """Which of `length` tokens are covered: spans of up to LONGEST, about HIDDEN of all."""
    covered = [False] * length
    while sum(covered) < HIDDEN * length:
        start, size = rng.randrange(length), rng.randint(1, LONGEST)
        covered[start : start + size] = [True] * len(covered[start : start + size])
    return covered
