"""Run a causal language model, with its heads and adapter, under hand-made masks."""

from __future__ import annotations

import copy
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import (
    DynamicCache,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from kie_app.model import checkpoint as checkpoints
from kie_app.model.digest import signed
from kie_app.model.features.document import DocumentFeatures
from kie_app.model.heads import Heads
from kie_app.model.midway import Midway, additive, joined, layers_of, watched
from kie_app.model.seeds import Content, WordTokens
from kie_app.model.tokens import DocumentTokens, WordTokenizer
from kie_app.model.vision import VisionTower

KEPT_ENCODINGS = 4  # documents whose encoding stays in memory, about 11 MB each for a receipt


@dataclass(frozen=True)
class Encoding:
    """A document read once: its keys and values for attention, and its words' last states.

    `words` (w, hidden); `cache` holds `length` positions and is never appended to, only forked;
    `last` (hidden,) is the state of the newest token. `content` is what slots may begin with, where
    the heads have seeds. `features` is there once a decoder needed it.
    """

    cache: DynamicCache
    words: Tensor
    length: int
    last: Tensor
    content: Content | None = None
    features: DocumentFeatures | None = None

    def fork(self, length: int | None = None) -> DynamicCache:
        """A cache that begins with the first `length` positions of this one (default: all) and
        grows on its own. Nothing is copied: a growing layer makes new tensors."""
        cache = DynamicCache()
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        for layer in cache.layers:
            layer.keys, layer.values = layer.keys[:, :, :length], layer.values[:, :, :length]
        return cache


def stacked(encodings: Sequence[Encoding]) -> DynamicCache:
    """A growing cache of documents one behind another: their positions restart, so their keys and
    values just join."""
    if len(encodings) == 1:
        return encodings[0].fork()
    cache = DynamicCache()
    for layer in range(len(encodings[0].cache.layers)):
        layers = [encoding.cache.layers[layer] for encoding in encodings]
        cache.update(
            torch.cat([one.keys for one in layers], dim=-2),
            torch.cat([one.values for one in layers], dim=-2),
            layer,
        )
    return cache


class Backbone:
    """A causal language model, its tokenizer and heads on one device in one dtype; `vision` where
    it sees images. `digest` is that of the files which gave the language model (none: a model made
    in memory). Other weights are another Backbone: what one has encoded, no other reads."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        heads: Heads | None = None,
        name: str = "",
        checkpoint: checkpoints.Checkpoint | None = None,
        vision: VisionTower | None = None,
        digest: str = "",
    ) -> None:
        self.model, self.vision = model.eval(), vision
        self.decoder = getattr(model, model.base_model_prefix)
        self.layers = layers_of(model)
        self.text = WordTokenizer(tokenizer)
        self.hidden: int = model.config.get_text_config().hidden_size
        self.dtype, self.device = model.dtype, model.device
        self.heads = (heads or Heads(self.hidden)).to(self.device).eval()  # float32, it is small
        self.name, self.checkpoint, self.digest = name, checkpoint, digest
        self.lock = threading.Lock()
        self._encodings: OrderedDict[DocumentTokens, Encoding] = OrderedDict()

    @property
    def calibration(self) -> checkpoints.Calibration:
        return self.checkpoint.calibration if self.checkpoint else checkpoints.Calibration()

    @property
    def signature(self) -> str:
        """What answers are signed with: backbone and checkpoint, each with its digest."""
        own = signed(self.name, self.digest)
        return f"{own} + {self.checkpoint.signature}" if self.checkpoint else f"{own}, untrained"

    @property
    def context(self) -> int:
        """The most positions that the model was made for."""
        return int(getattr(self.model.config.get_text_config(), "max_position_embeddings", 2048))

    def embed(
        self,
        ids: Tensor,
        boxes: Tensor | None = None,
        boxed: Tensor | None = None,
        slots: Tensor | None = None,
    ) -> Tensor:
        """ids (n,), boxes (b, 4) of the tokens at `boxed` (b,), slots (n,) bool -> (n, hidden)."""
        embeds = self.model.get_input_embeddings()(ids)
        if boxes is not None and boxed is not None and len(boxed):
            embeds = embeds.index_add(0, boxed, self.heads.layout(boxes).to(embeds.dtype))
        if slots is not None:
            embeds = torch.where(slots[:, None], self.heads.mask.to(embeds.dtype), embeds)
        return embeds

    def forward(
        self,
        embeds: Tensor,
        positions: Tensor,
        visible: Tensor | None = None,
        cache: DynamicCache | None = None,
        midway: Midway | None = None,
        **attention: int,
    ) -> Tensor:
        """One forward pass: embeds (n, hidden), visible (n, cached + n) bool, positions (n,) or,
        where the model has three axes of them, (3, n).

        Without `visible` the pass is causal. New keys and values are appended to `cache`. With
        `midway`, it says which rows the halves of the network see. `attention` goes to the
        attention function. Returns last-layer states (n, hidden), with `midway` of its last rows.
        """
        if midway:
            visible = midway.early.visible
        with joined(self.layers, midway) if midway else nullcontext():
            out = self.decoder(
                inputs_embeds=embeds[None],
                position_ids=positions[None] if positions.ndim == 1 else positions[:, None],
                attention_mask=None if visible is None else additive(visible, embeds.dtype),
                past_key_values=cache,
                use_cache=cache is not None,
                **attention,
            )
        return out.last_hidden_state[0]

    @property
    def vectors(self) -> Tensor:
        """The vectors (vocabulary, hidden) by which the model writes tokens."""
        weight: Tensor = self.model.get_output_embeddings().weight
        return weight

    def logits(self, states: Tensor) -> Tensor:
        """states (n, hidden) -> float32 logits (n, vocabulary)."""
        logits = self.model.get_output_embeddings()(states).float()
        cap = getattr(self.model.config.get_text_config(), "final_logit_softcapping", None)
        return logits if cap is None else torch.tanh(logits / cap) * cap

    @torch.inference_mode()
    def encode(self, document: DocumentTokens, suffix: tuple[int, ...] = ()) -> Encoding:
        """Read a document (and `suffix` after it) in one causal pass."""
        ids = torch.tensor([*document.ids, *suffix], device=self.device)
        boxes, boxed = layout(document, self.device)
        cache = DynamicCache()
        positions = torch.arange(len(ids), device=self.device)
        embeds = self.embed(ids, boxes, boxed)
        half: list[Tensor] = []
        with watched(self.layers, half.append) if self.heads.seed else nullcontext():
            states = self.forward(embeds, positions, cache=cache)
        words = states[torch.tensor(document.last, dtype=torch.long, device=self.device)]
        content, seed = None, self.heads.seed
        if seed:
            places = word_tokens(document, self.device)
            content = seed.content(self.vectors, ids, half[0], places, self.text.end)
        return Encoding(cache, words, len(ids), states[-1], content)

    def remembered(self, document: DocumentTokens) -> Encoding | None:
        """The kept encoding of this document, if there is one."""
        encoding = self._encodings.get(document)
        if encoding:
            self._encodings.move_to_end(document)
        return encoding

    def remember(self, document: DocumentTokens, encoding: Encoding) -> None:
        self._encodings[document] = encoding
        while len(self._encodings) > KEPT_ENCODINGS:
            self._encodings.popitem(last=False)

    def synchronise(self) -> None:
        """Wait for the device, so that a clock read next is honest."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    @torch.inference_mode()
    def bare_forward(self, tokens: int) -> float:
        """Seconds of one causal pass of `tokens` arbitrary tokens: the floor of any decoder."""
        ids = torch.full((tokens,), self.text.end, device=self.device)
        positions = torch.arange(tokens, device=self.device)
        began = time.perf_counter()
        self.forward(self.embed(ids), positions)
        self.synchronise()
        return time.perf_counter() - began


def word_tokens(document: DocumentTokens, device: torch.device) -> WordTokens:
    """Where the tokens of a document's words stand."""
    at: list[int] = []
    first, last = [], []
    for a, b in zip(document.first, document.last, strict=True):
        first.append(len(at))
        at.extend(range(a, b + 1))
        last.append(len(at) - 1)
    every = (torch.tensor(one, dtype=torch.long, device=device) for one in (at, first, last))
    return WordTokens(*every)


def layout(document: DocumentTokens, device: torch.device) -> tuple[Tensor, Tensor]:
    """Boxes (b, 4) and the indices (b,) of the tokens that have one."""
    boxed = [i for i, box in enumerate(document.boxes) if box is not None]
    boxes = [document.boxes[i] for i in boxed]
    return (
        torch.tensor(boxes, dtype=torch.float32, device=device).reshape(-1, 4),
        torch.tensor(boxed, dtype=torch.long, device=device),
    )
