"""PIP, mask-parallel filling: all values of all keys in one forward pass.

Wang et al., "PIP", arXiv 2601.19613. The document is encoded once. Then every key contributes one
slot block: its name and a run of `[mask]` slots, all predicted in a single pass; beside the slots
each block points at its value on the page (`spans`).

Guaranteed: a block sees the document and itself alone, and starts at the document's end, so an
answer does not depend on which other keys are asked. One fill pass, unless a block whose value is
not a run of the page comes back full: that key alone is asked again with more slots, and the second
pass is counted.
Not guaranteed: agreement with the autoregressive answer; `verified` is for that.

Unlike the paper, only the blocks attend in both directions; the document stays causal. One encoding
then serves every decoder, and one checkpoint carries all arms of a race.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kie_app.backbone import Backbone, Encoding
from kie_app.decoding import spans
from kie_app.decoding.base import Decoded, DecodedKey, OnWritten, Recorder, predictions
from kie_app.prompting import Prompt


@dataclass(frozen=True)
class MaskParallelOptions:
    """`larger`: slots of the second pass for a key whose block came back full (0: never ask)."""

    larger: int = 48


@torch.inference_mode()
def decode(
    backbone: Backbone,
    prompt: Prompt,
    options: MaskParallelOptions | None = None,
    on_event: OnWritten | None = None,
    encoding: Encoding | None = None,
) -> Decoded:
    """Fill every key of `prompt` in one pass after the document's encoding."""
    options = options or MaskParallelOptions()
    recorder = Recorder(backbone, on_event)
    encoding = recorder.encode(prompt, encoding)
    everything = range(len(prompt.keys))
    with recorder.measure("fill", _tokens(prompt, everything, prompt.budgets)):
        logits, queries = fill(backbone, prompt, encoding, everything, prompt.budgets)
    scores = score(backbone, prompt, encoding, logits, queries)
    answers = [answer(backbone, prompt, k, scores[k], logits[k]) for k in everything]
    _write(recorder, answers, everything)
    full = [
        k
        for k in everything
        if answers[k].origin == "slots" and len(answers[k].tokens) == prompt.budgets[k]
    ]
    if full and options.larger > max(prompt.budgets[k] for k in full):
        budgets = [options.larger] * len(prompt.keys)
        with recorder.measure("again", _tokens(prompt, full, budgets)):
            larger, queries = fill(backbone, prompt, encoding, full, budgets)
        again = score(backbone, prompt, encoding, larger, queries, full)
        for at, k in enumerate(full):
            answers[k] = answer(backbone, prompt, k, again[at], larger[at])
        _write(recorder, [answers[k] for k in full], full)
    return Decoded(tuple(answers), recorder.stats(), tuple(recorder.written), encoding)


def fill(
    backbone: Backbone,
    prompt: Prompt,
    encoding: Encoding,
    keys: range | list[int],
    budgets: tuple[int, ...] | list[int],
) -> tuple[list[Tensor], Tensor]:
    """The one pass: slot blocks of `keys` over the encoded document.

    Returns each block's slot logits (slots, vocabulary) and the states (k, hidden) that point.
    """
    ids: list[int] = []
    block: list[int] = []
    positions: list[int] = []
    is_slot: list[bool] = []
    query = []
    for number, k in enumerate(keys):
        head, budget = prompt.keys[k], budgets[k]
        size = len(head) + budget
        query.append(len(ids) + len(head) - 1)
        ids += [*head, *[prompt.end] * budget]
        is_slot += [False] * len(head) + [True] * budget
        block += [number] * size
        positions += range(encoding.length, encoding.length + size)
    device = backbone.device
    blocks, slots = torch.tensor(block, device=device), torch.tensor(is_slot, device=device)
    own = blocks[:, None] == blocks[None, :]
    visible = torch.cat([own.new_ones(len(ids), encoding.length), own], dim=1)
    embeds = backbone.embed(torch.tensor(ids, device=device), slots=slots)
    places = torch.tensor(positions, device=device)
    states = backbone.forward(embeds, places, visible, encoding.fork())
    logits = backbone.logits(states[slots])
    return list(logits.split([budgets[k] for k in keys])), states[query]


def score(
    backbone: Backbone,
    prompt: Prompt,
    encoding: Encoding,
    logits: list[Tensor],
    queries: Tensor,
    keys: range | list[int] | None = None,
) -> list[spans.KeyScores]:
    """Pointers and slots of each block on the document's runs of words."""
    scores, none = backbone.heads.pointer(encoding.words, queries)
    runs, pointers, no_run = spans.pointer_scores(scores, none)
    out = []
    for at, block in enumerate(logits):
        log_probs = torch.log_softmax(block, dim=-1)
        slots = spans.slot_scores(log_probs, prompt.document, runs[at], prompt.end)
        tokens, _, own = spans.free_text(log_probs, prompt.end)
        out.append(
            spans.KeyScores(
                runs[at],
                pointers[at],
                slots,
                spans.texts(prompt.document, runs[at]),
                no_run=float(no_run[at]),
                empty=float(log_probs[0, prompt.end]),
                own=own if tokens else None,
            )
        )
    return out


def answer(
    backbone: Backbone, prompt: Prompt, k: int, scores: spans.KeyScores, logits: Tensor
) -> DecodedKey:
    """The run that wins, no value, or the slots' own text."""
    best, confidence = spans.choose(scores, backbone.calibration)
    predicted = predictions(logits)
    if best == spans.ABSENT:
        return DecodedKey((), predicted, confidence, "pointer")
    if best == spans.OWN_TEXT:
        tokens, _, _ = spans.free_text(logits, prompt.end)
        return DecodedKey(tuple(tokens), predicted, confidence, "slots")
    first, last = scores.runs[best].tolist()
    document = prompt.document
    value = [
        token
        for word in range(first, last + 1)
        for token in document.ids[document.first[word] : document.last[word] + 1]
    ]
    return DecodedKey(tuple(value), predicted, confidence, "pointer", (first, last))


def _write(recorder: Recorder, answers: list[DecodedKey], keys: range | list[int]) -> None:
    for k, one in zip(keys, answers, strict=True):
        for position, token in enumerate(one.tokens):
            recorder.write(k, position, token)


def _tokens(prompt: Prompt, keys: range | list[int], budgets: tuple[int, ...] | list[int]) -> int:
    return sum(len(prompt.keys[k]) + budgets[k] for k in keys)
