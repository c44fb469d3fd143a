"""What every decoder takes and gives: token ids in, token ids and an honest account out.

The stopwatch of a decoder (`Recorder`) starts with its call and stops with its answer. It holds
everything that the decoder needs: the document's encoding, whatever its passes take and give, the
match of keys to what the page prints, the choice of the tokens, and their confidences. Work that
depends on the document alone counts as prefill and is kept with the encoding; the rest is decoding.
Outside the clock, for all decoders alike, stays what turns text into token ids before (the prompt)
and token ids into text after.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from itertools import accumulate
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch
from torch import Tensor

from kie_app.model.backbone import Backbone, Encoding
from kie_app.model.prompt import Prompt
from kie_app.types import Part, Pass, Stats

TOP = 5  # candidates kept for each token
PREFILL = {"prefill", "features"}  # passes and parts that depend on the document alone

P = ParamSpec("P")
T = TypeVar("T")


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
    a pointer read it off the page, `predicted` what each slot or step predicts, `confidence` a
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
    """A registry entry: `decode(backbone, prompt, encoding=None, on_event=None)`, and
    `decode_stacked(backbone, prompts)` where several documents can share its passes.
    Where the answers are not `independent`, what else is asked may change them. `short` is its name
    in tables and charts, `title` where no other text explains it, `idea` how it writes."""

    name: str
    short: str
    title: str
    idea: str
    decode: Callable[..., Decoded]
    decode_stacked: Callable[..., list[Decoded]] | None = None
    independent: bool = True


class Recorder:
    """The stopwatch of one run: every forward pass, every other part of the work and every token
    with its time."""

    def __init__(self, backbone: Backbone, on_event: OnWritten | None = None) -> None:
        self.backbone, self.on_event = backbone, on_event
        self.passes: list[Pass] = []
        self.parts: list[Part] = []
        self.written: list[Written] = []
        self.cached = False
        self.began = time.perf_counter()

    def now(self) -> float:
        return time.perf_counter() - self.began

    @contextmanager
    def measure(self, kind: str, tokens: int = 0) -> Iterator[Callable[[int], None]]:
        """Time one forward pass of `tokens` tokens, waiting for the device at its end. A pass that
        lays its tokens itself says how many they are to what it is given."""
        counted = [tokens]
        start = self.now()
        yield counted.append
        self.backbone.synchronise()
        self.passes.append(Pass(kind, start, self.now() - start, counted[-1]))

    @contextmanager
    def part(self, kind: str) -> Iterator[None]:
        """Time work that is no forward pass, waiting for the device at its end."""
        start = self.now()
        yield
        self.backbone.synchronise()
        self.parts.append(Part(kind, start, self.now() - start))

    def include(self, stats: Stats, began: float) -> None:
        """The passes and parts of another decoder's run that began at `began` on this clock."""
        self.passes += [replace(one, start=began + one.start) for one in stats.passes]
        self.parts += [replace(one, start=began + one.start) for one in stats.parts]

    def write(self, key: int, position: int, token: int) -> None:
        event = Written(self.now(), key, position, token)
        self.written.append(event)
        if self.on_event:
            self.on_event(event)

    def encode(self, prompt: Prompt, encoding: Encoding | None = None) -> Encoding:
        """The given encoding, or a new one as the prefill pass."""
        if encoding is not None:
            self.cached = True
            return encoding
        with self.measure("prefill", len(prompt.document.ids)):
            return self.backbone.encode(prompt.document)

    def stats(self) -> Stats:
        """The account so far; everything since the start that is not prefill is decoding."""
        self.backbone.synchronise()
        total = self.now()
        prefill = sum(one.seconds for one in self.passes if one.kind in PREFILL)
        prefill += sum(one.seconds for one in self.parts if one.kind in PREFILL)
        return Stats(tuple(self.passes), prefill, total - prefill, self.cached, tuple(self.parts))


def timed(run: Callable[Concatenate[Recorder, P], T]) -> Callable[..., T]:
    """How every decoder opens: `run(recorder, ...)` becomes `decode(backbone, ..., on_event=None)`,
    which starts the stopwatch and keeps no gradients."""

    @wraps(run)
    @torch.inference_mode()
    def decode(backbone: Backbone, *args: Any, on_event: OnWritten | None = None, **kw: Any) -> T:
        return run(Recorder(backbone, on_event), *args, **kw)

    return decode


def shared(
    recorder: Recorder,
    prompts: Sequence[Prompt],
    encodings: Sequence[Encoding],
    answers: Sequence[DecodedKey],
) -> list[Decoded]:
    """Stop the clock. The answers of all keys of all documents, one after the other, as those of
    each document; every one carries the account of the passes that they shared."""
    stats, written = recorder.stats(), tuple(recorder.written)
    ends = accumulate(len(prompt.keys) for prompt in prompts)
    return [
        Decoded(tuple(answers[end - len(prompt.keys) : end]), stats, written, encoding)
        for prompt, encoding, end in zip(prompts, encodings, ends, strict=True)
    ]


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
