"""What every decoder takes and gives: token ids in, token ids and an honest account out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from kie_app.model.backbone import Backbone, Encoding
from kie_app.model.prompt import Prompt
from kie_app.types import Pass, Stats

TOP = 5  # candidates kept for each token


@dataclass(frozen=True)
class Written:
    """A token that a pass wrote, `at` seconds after the decoder began."""

    at: float
    key: int
    position: int
    token: int


@dataclass(frozen=True)
class Predicted:
    """One predicted position: `top` holds (token, probability), likeliest first."""

    token: int
    probability: float
    top: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class DecodedKey:
    """One key's answer. `tokens` is the value (empty: absent), `run` its (first, last) words where
    a pointer read it off the page, `predicted` what each slot or step said, `confidence` a
    calibrated probability that the value is right, `origin` "pointer", "slots" or "tokens",
    `readings` the likeliest runs of the page, each with its probability."""

    tokens: tuple[int, ...]
    predicted: tuple[Predicted, ...]
    confidence: float
    origin: str
    run: tuple[int, int] | None = None
    readings: tuple[tuple[tuple[int, int], float], ...] = ()


@dataclass(frozen=True)
class Decoded:
    """One document's answers, what they cost, and the document's encoding for the next question."""

    keys: tuple[DecodedKey, ...]
    stats: Stats
    written: tuple[Written, ...]
    encoding: Encoding = field(repr=False, compare=False)


OnWritten = Callable[[Written], None]


@dataclass(frozen=True)
class Decoder:
    """A registry entry: `decode(backbone, prompt, options, on_event=None, encoding=None)`, and
    `decode_stacked(backbone, prompts, options)` where several documents can share its passes.
    Where the answers are not `independent`, what else is asked may change them. `short` is its name
    in tables and charts, `title` where no other text explains it, `idea` how it writes."""

    name: str
    short: str
    title: str
    idea: str
    options: type[Any]
    decode: Callable[..., Decoded]
    decode_stacked: Callable[..., list[Decoded]] | None = None
    independent: bool = True


class Recorder:
    """The stopwatch of one run: every forward pass and every token with its time."""

    def __init__(self, backbone: Backbone, on_event: OnWritten | None = None) -> None:
        self.backbone, self.on_event = backbone, on_event
        self.passes: list[Pass] = []
        self.written: list[Written] = []
        self.cached = False
        self.began = time.perf_counter()

    def now(self) -> float:
        return time.perf_counter() - self.began

    @contextmanager
    def measure(self, kind: str, tokens: int) -> Iterator[None]:
        """Time one forward pass of `tokens` tokens, waiting for the device at its end."""
        start = self.now()
        yield
        self.backbone.synchronise()
        self.passes.append(Pass(kind, start, self.now() - start, tokens))

    def write(self, key: int, position: int, token: int) -> None:
        event = Written(self.now(), key, position, token)
        self.written.append(event)
        if self.on_event:
            self.on_event(event)

    def encode(self, prompt: Prompt, encoding: Encoding | None) -> Encoding:
        """The given encoding, or a new one as the prefill pass."""
        if encoding is not None:
            self.cached = True
            return encoding
        with self.measure("prefill", len(prompt.document.ids)):
            return self.backbone.encode(prompt.document)

    def stats(self) -> Stats:
        """Everything since the start that is not prefill counts as decoding."""
        total = self.now()
        prefill = sum(one.seconds for one in self.passes if one.kind == "prefill")
        return Stats(tuple(self.passes), prefill, total - prefill, self.cached)


def predictions(
    logits: Sequence[Tensor] | Tensor, tokens: Sequence[int] | None = None
) -> tuple[Predicted, ...]:
    """Logits (n, vocabulary) as predictions of `tokens` (default: the likeliest)."""
    rows = logits if isinstance(logits, Tensor) else torch.stack(list(logits)) if logits else None
    if rows is None or not len(rows):
        return ()
    probabilities = torch.softmax(rows.float(), dim=-1)
    values, indices = probabilities.topk(min(TOP, probabilities.shape[-1]), dim=-1)
    chosen = indices[:, 0] if tokens is None else torch.tensor(tokens, device=rows.device)
    own = probabilities.gather(1, chosen[:, None])[:, 0].tolist()
    return tuple(
        Predicted(token, p, tuple(zip(top, ps, strict=True)))
        for token, p, top, ps in zip(
            chosen.tolist(), own, indices.tolist(), values.tolist(), strict=True
        )
    )


def written_confidence(predicted: Sequence[Predicted], temperature: float) -> float:
    """Probability of all tokens of a value together, sharpened or softened by `temperature`."""
    if not predicted:
        return 0.0
    log = torch.tensor([one.probability for one in predicted]).clamp_min(1e-9).log().sum()
    return float(torch.exp(log / temperature))
