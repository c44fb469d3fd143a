"""The baseline: one answer that lists all keys, greedy, token by token, with a KV cache.

The question and the document are read in one pass; each further pass writes one token. The answer
is `name: value` lines, the shortest format that can be read back. It stops after as many lines as
there are keys, and where a line grows past all measure. `continue_uncached` recomputes everything
for each token: the oracle of the tests.

Guaranteed: greedy decoding of the model, token for token.
Not guaranteed: that every key is answered; a key whose line is missing counts as absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from kie_app.decoding.base import (
    Decoded,
    DecodedKey,
    Predicted,
    Recorder,
    predictions,
    timed,
    written_confidence,
)
from kie_app.model.backbone import Backbone, Encoding
from kie_app.model.prompt import Prompt

LONGEST = 96  # tokens after which a line, and with it the answer, is cut


@timed
def decode(
    recorder: Recorder, prompt: Prompt, encoding: Encoding | None = None, *, longest: int = LONGEST
) -> Decoded:
    """Write `name: value` lines for all keys, one token a pass."""
    backbone = recorder.backbone
    encoding, last = read(recorder, prompt, encoding)
    cache, place = last.fork(), last.length
    answer = Answer(prompt)
    rows: list[Tensor] = []
    with recorder.part("logits"):
        row, likeliest = choose(backbone, last.last[None])
    while True:
        token = answer.force(likeliest)
        rows.append(row)
        written = answer.add(token)
        if written:
            recorder.write(*written, token)
        if answer.done or len(rows) - answer.line >= longest:
            break
        with recorder.measure("step", 1):
            ids = torch.tensor([token], device=backbone.device)
            positions = torch.tensor([place], device=backbone.device)
            states = backbone.forward(backbone.embed(ids), positions, cache=cache)
            row, likeliest = choose(backbone, states)
        place += 1
    with recorder.part("answers"):
        own = answer.own()
        found = predictions([rows[at] for at in own], [answer.tokens[at] for at in own])
        predicted = dict(zip(own, found, strict=True))
        temperature = backbone.calibration.token_temperature
        keys = tuple(answer.key(k, predicted, temperature) for k in range(len(prompt.keys)))
    return Decoded(keys, recorder.stats(), tuple(recorder.written), encoding)


def choose(backbone: Backbone, states: Tensor) -> tuple[Tensor, int]:
    """States (1, hidden) -> logits (vocabulary,) and the likeliest token."""
    row = backbone.logits(states)[0]
    return row, int(row.argmax())


def read(
    recorder: Recorder, prompt: Prompt, encoding: Encoding | None
) -> tuple[Encoding, Encoding]:
    """The document's encoding, and that of document and question: one pass, unless the document
    was read before and only the question is new."""
    backbone = recorder.backbone
    size = len(prompt.document.ids)
    if encoding is None:
        with recorder.measure("prefill", size + len(prompt.ask)):
            both = backbone.encode(prompt.document, prompt.ask)
            encoding = replace(both, cache=both.fork(size), length=size)
        return encoding, both
    recorder.cached = True
    with recorder.measure("step", len(prompt.ask)):
        ids = torch.tensor(prompt.ask, device=backbone.device)
        positions = torch.arange(size, size + len(ids), device=backbone.device)
        cache = encoding.fork()
        states = backbone.forward(backbone.embed(ids), positions, cache=cache)
    return encoding, Encoding(cache, encoding.words, size + len(ids), states[-1])


class Answer:
    """Splits the growing answer into keys: a line that starts with a key's name belongs to it."""

    def __init__(self, prompt: Prompt) -> None:
        self.prompt = prompt
        self.tokens: list[int] = []
        self.line = 0  # where the current line began in `tokens`
        self.lines = 0  # lines written to their end
        self.values: dict[
            int, list[int]
        ] = {}  # key -> indices of its value's tokens, the end included
        self.closed: set[int] = set()
        self.script: list[int] | None = None
        if prompt.forced:
            pairs = zip(prompt.names, prompt.forced, strict=True)
            self.script = [t for name, value in pairs for t in (*name, *value, prompt.end)]

    @property
    def done(self) -> bool:
        """One line a key: more of them would only make the baseline slow."""
        return self.lines >= len(self.prompt.keys)

    def force(self, token: int) -> int:
        """The scripted token, where a benchmark prescribes the values."""
        return token if self.script is None else self.script[len(self.tokens)]

    def add(self, token: int) -> tuple[int, int] | None:
        """Take the next token; (key, position) when it belongs to a value."""
        at = len(self.tokens)
        self.tokens.append(token)
        key = self._key(at)
        if token == self.prompt.end:
            if key is not None:
                self.values.setdefault(key, []).append(at)
                self.closed.add(key)
            self.line, self.lines = at + 1, self.lines + 1
            return None
        if key is None:
            return None
        value = self.values.setdefault(key, [])
        value.append(at)
        return key, len(value) - 1

    def _key(self, at: int) -> int | None:
        """The key whose name opens the current line, once the name is complete before `at`."""
        line = tuple(self.tokens[self.line : at])
        for k, name in enumerate(self.prompt.names):
            if k not in self.closed and line[: len(name)] == name:
                return k
        return None

    def own(self) -> list[int]:
        """Indices of all tokens that belong to values: the others tell of no confidence."""
        return [at for value in self.values.values() for at in value]

    def key(self, k: int, predicted: Mapping[int, Predicted], temperature: float) -> DecodedKey:
        """Key k's answer, of the predictions at the tokens of values."""
        indices = self.values.get(k, [])
        own = tuple(predicted[i] for i in indices)
        tokens = tuple(self.tokens[i] for i in indices if self.tokens[i] != self.prompt.end)
        return DecodedKey(tokens, own, written_confidence(own, temperature), "tokens")


@torch.inference_mode()
def continue_uncached(
    backbone: Backbone, prompt: Prompt, suffix: tuple[int, ...], longest: int
) -> list[int]:
    """The naive oracle: greedy tokens after document and `suffix`, everything recomputed for each
    token, until end-of-value or `longest`."""
    written: list[int] = []
    while len(written) < longest:
        encoding = backbone.encode(prompt.document, (*suffix, *written))
        written.append(int(backbone.logits(encoding.last[None])[0].argmax()))
        if written[-1] == prompt.end:
            break
    return written
