"""Slot blocks and the one pass that fills them: where each row stands, and what it sees.

A block is a key's name and its slots. It sees its document and itself alone and starts at the
document's end. With a seed head only the names pass the lower half of the network. Half way up
their last states find the values, slots are laid with what stands there (`model.seeds`), as many as
the value needs and no fewer than the key's budget, and the upper half fills them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from kie_app.model import seeds
from kie_app.model.backbone import Backbone, Encoding, stacked
from kie_app.model.features.document import DocumentFeatures
from kie_app.model.midway import Midway, Rows
from kie_app.model.prompt import Prompt


@dataclass(frozen=True)
class Asked:
    """A document that is ready to be asked. `features` is what print says of its w words, `labels`
    (k, w, PLACES) how far each key is printed beside each of them."""

    prompt: Prompt
    encoding: Encoding
    features: DocumentFeatures
    labels: Tensor


@dataclass(frozen=True)
class Block:
    """A slot block: key `key` of document `document`, its tokens and its number of slots (where
    slots are seeded, the fewest)."""

    document: int
    key: int
    head: tuple[int, ...]
    budget: int


@dataclass(frozen=True)
class Filled:
    """What a pass says: each block's slot logits (slots, vocabulary), and the states
    (blocks, hidden) that point. `rows` passed the whole network or its upper half."""

    logits: list[Tensor]
    queries: Tensor
    rows: int


def blocks_of(*prompts: Prompt) -> list[Block]:
    """The slot blocks of all keys of all documents."""
    return [
        Block(document, key, prompt.keys[key], prompt.budgets[key])
        for document, prompt in enumerate(prompts)
        for key in range(len(prompt.keys))
    ]


def fill(
    backbone: Backbone, documents: Sequence[Asked], blocks: Sequence[Block], end: int
) -> Filled:
    """The one pass: slot blocks over their encoded documents, one document's behind another's."""
    encodings = [one.encoding for one in documents]
    seeded = backbone.heads.seed is not None
    layout = Layout.of(blocks, encodings, end, backbone.device, seeds.MOST_SLOTS * seeded)
    embeds = backbone.embed(layout.ids, slots=layout.slot >= 0)
    cache = stacked(encodings)
    if seeded:
        laying = Laying(backbone, documents, blocks, layout)
        midway = Midway(layout.rows(layout.slot < 0), laying.arrive)
        states = backbone.forward(embeds, layout.position, cache=cache, midway=midway)
        at = laying.rows.at
    else:
        rows = layout.rows(layout.slot >= -2)
        states, at = backbone.forward(embeds, layout.position, rows.visible, cache), rows.at
    slot, block = layout.slot[at], layout.block[at]
    sizes = torch.bincount(block[slot >= 0], minlength=len(blocks)).tolist()
    logits = backbone.logits(states[slot >= 0])
    return Filled(list(logits.split(sizes)), states[slot == -1], len(at))


@dataclass(frozen=True)
class Layout:
    """The rows of a pass (n,), block after block: token, block, position, and `slot`: which slot of
    its block a row is, -1 for the last token of its name and -2 for those before. `home` (blocks,)
    is each block's document, `cached` (c,) that of each position in the cache."""

    ids: Tensor
    block: Tensor
    position: Tensor
    slot: Tensor
    home: Tensor
    cached: Tensor

    @classmethod
    def of(
        cls,
        blocks: Sequence[Block],
        encodings: Sequence[Encoding],
        end: int,
        device: torch.device,
        room: int,
    ) -> Layout:
        """Every block with its budget of slots, or with `room` for more."""
        ids: list[int] = []
        number: list[int] = []
        position: list[int] = []
        slot: list[int] = []
        for at, block in enumerate(blocks):
            slots = max(block.budget, room)
            size, start = len(block.head) + slots, encodings[block.document].length
            ids += [*block.head, *[end] * slots]
            number += [at] * size
            position += range(start, start + size)
            slot += [*[-2] * (len(block.head) - 1), -1, *range(slots)]
        lengths = torch.tensor([one.length for one in encodings], device=device)
        return cls(
            ids=torch.tensor(ids, device=device),
            block=torch.tensor(number, device=device),
            position=torch.tensor(position, device=device),
            slot=torch.tensor(slot, device=device),
            home=torch.tensor([block.document for block in blocks], device=device),
            cached=torch.repeat_interleave(torch.arange(len(encodings), device=device), lengths),
        )

    def rows(self, chosen: Tensor) -> Rows:
        """The chosen (n,) rows, each of which sees its document and its own block."""
        at = chosen.nonzero().squeeze(1)
        block = self.block[at]
        own = self.home[block][:, None] == self.cached[None, :]
        return Rows(at, torch.cat([own, block[:, None] == block[None, :]], dim=1))


class Laying:
    """Half way up: the names' states find values, and slots join the pass. `rows` are those of the
    upper half."""

    def __init__(
        self,
        backbone: Backbone,
        documents: Sequence[Asked],
        blocks: Sequence[Block],
        layout: Layout,
    ) -> None:
        self.backbone, self.documents, self.blocks = backbone, documents, blocks
        self.layout = layout
        self.rows: Rows

    def arrive(self, states: Tensor) -> tuple[Tensor, Rows]:
        """The names' states (e, hidden) -> those of the upper half's rows."""
        layout, hidden = self.layout, states.shape[1]
        queries = states[layout.slot[layout.slot < 0] == -1]
        found = [self._find(document, queries[own], own) for document, own in self._by_document()]
        fewest = torch.tensor([block.budget for block in self.blocks], device=states.device)
        sizes = torch.maximum(torch.cat([one.slots() for one in found]), fewest)
        self.rows = layout.rows(layout.slot < sizes[layout.block])
        slot, block = layout.slot[self.rows.at], layout.block[self.rows.at]
        laid = states.new_zeros(len(slot), hidden)
        laid[slot < 0] = states
        for (document, own), one in zip(self._by_document(), found, strict=True):
            at = (slot >= 0) & (layout.home[block] == document)
            laid[at] = self._head.lay(
                self._content(document), queries[own], one, block[at] - own[0], slot[at]
            ).to(laid.dtype)
        return laid, self.rows

    def _by_document(self) -> list[tuple[int, list[int]]]:
        """Each document that is asked with its blocks, which follow each other."""
        home = [block.document for block in self.blocks]
        return [(one, list(at)) for one, at in groupby(range(len(home)), key=home.__getitem__)]

    def _find(self, document: int, queries: Tensor, own: Sequence[int]) -> seeds.Found:
        asked, content = self.documents[document], self._content(document)
        labels = asked.labels[[self.blocks[at].key for at in own]]
        print_says = asked.features.words, asked.features.runs
        return seeds.find(content, *self._head.pointer(content.words, queries, labels, *print_says))

    @property
    def _head(self) -> seeds.SeedHead:
        assert self.backbone.heads.seed, "slots are laid by a seed head alone"
        return self.backbone.heads.seed

    def _content(self, document: int) -> seeds.Content:
        content = self.documents[document].encoding.content
        assert content, "a backbone with seeds keeps what a document offers"
        return content
