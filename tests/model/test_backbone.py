"""What is kept of documents that were read, and for whom."""

from __future__ import annotations

import torch

from kie_app.extraction import extract
from kie_app.model import backbone as backbones
from kie_app.model.tokens import tokenise
from kie_app.types import Schema
from tests.conftest import RECEIPT_KEYS, fresh_backbone, make_backbone, make_document


def test_only_the_newest_encodings_are_kept() -> None:
    backbone = make_backbone(seed=5)
    documents = [tokenise(backbone.text, make_document(seed, 2)) for seed in range(6)]
    for document in documents:
        backbone.remember(document, backbone.encode(document))
    kept = [backbone.remembered(document) is not None for document in documents]
    assert kept == [False] * (6 - backbones.KEPT_ENCODINGS) + [True] * backbones.KEPT_ENCODINGS


def test_a_fork_grows_without_touching_the_encoding() -> None:
    backbone = make_backbone()
    with torch.inference_mode():
        encoding = backbone.encode(tokenise(backbone.text, make_document()))
        before = encoding.cache.get_seq_length()
        fork = encoding.fork()
        embeds = backbone.embed(torch.tensor([5, 6]))
        backbone.forward(embeds, torch.tensor([before, before + 1]), cache=fork)
    assert fork.get_seq_length() == before + 2
    assert encoding.cache.get_seq_length() == before == encoding.length


def test_what_other_weights_encoded_is_never_taken() -> None:
    """A swap of weights is another Backbone, under the same name or not."""
    before, after = fresh_backbone(seed=1), fresh_backbone(seed=2)
    assert before.name == after.name
    document = make_document(1)
    schema = Schema("s", RECEIPT_KEYS)
    extract(before, document, schema)
    assert extract(before, document, schema).stats.cached
    swapped = extract(after, document, schema)
    assert not swapped.stats.cached
    alone = extract(fresh_backbone(seed=2), document, schema, reuse=False)
    assert swapped.fields == alone.fields
