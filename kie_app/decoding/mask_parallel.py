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

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

import torch
from torch import Tensor

from kie_app.decoding import spans
from kie_app.decoding.base import Decoded, DecodedKey, OnWritten, Recorder, predictions
from kie_app.model.backbone import Backbone, Encoding, stacked
from kie_app.model.features.run import run_features
from kie_app.model.features.word import word_features
from kie_app.model.prompt import Prompt


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
    recorder = Recorder(backbone, on_event)
    encoding = recorder.encode(prompt, encoding)
    return _decode(recorder, [prompt], [encoding], options or MaskParallelOptions())[0]


@torch.inference_mode()
def decode_stacked(
    backbone: Backbone,
    prompts: Sequence[Prompt],
    options: MaskParallelOptions | None = None,
    on_event: OnWritten | None = None,
) -> list[Decoded]:
    """Fill every key of every document in one pass; each result carries the whole stack's stats."""
    recorder = Recorder(backbone, on_event)
    encodings = [recorder.encode(prompt, None) for prompt in prompts]
    return _decode(recorder, prompts, encodings, options or MaskParallelOptions())


def _decode(
    recorder: Recorder,
    prompts: Sequence[Prompt],
    encodings: Sequence[Encoding],
    options: MaskParallelOptions,
) -> list[Decoded]:
    blocks = blocks_of(*prompts)
    answers = _ask(recorder, prompts, encodings, blocks, "fill")
    full = [
        number
        for number, (block, one) in enumerate(zip(blocks, answers, strict=True))
        if one.origin == "slots" and len(one.tokens) == block.budget < options.larger
    ]
    if full:
        larger = [replace(blocks[number], budget=options.larger) for number in full]
        again = _ask(recorder, prompts, encodings, larger, "again", full)
        for number, one in zip(full, again, strict=True):
            answers[number] = one
    stats, written = recorder.stats(), tuple(recorder.written)
    ends = list(accumulate(len(prompt.keys) for prompt in prompts))
    return [
        Decoded(tuple(answers[end - len(prompt.keys) : end]), stats, written, encoding)
        for prompt, encoding, end in zip(prompts, encodings, ends, strict=True)
    ]


def _ask(
    recorder: Recorder,
    prompts: Sequence[Prompt],
    encodings: Sequence[Encoding],
    blocks: Sequence[Block],
    kind: str,
    numbers: Sequence[int] | None = None,
) -> list[DecodedKey]:
    """One pass over the blocks and what it answers; `numbers` are theirs among all (default: their
    places)."""
    backbone, end = recorder.backbone, prompts[0].end
    with recorder.measure(kind, sum(len(block.head) + block.budget for block in blocks)):
        logits, queries = fill(backbone, encodings, blocks, end)
    answers: list[DecodedKey] = []
    for document, group in groupby(range(len(blocks)), key=lambda at: blocks[at].document):
        own = list(group)
        slots = [logits[at] for at in own]
        prompt = prompts[document]
        match = prompt.match[[blocks[at].key for at in own]]
        scores = score(backbone, prompt, encodings[document], slots, queries[own], match)
        answers += [
            answer(backbone, prompt, one, block) for one, block in zip(scores, slots, strict=True)
        ]
    for number, one in zip(numbers or range(len(blocks)), answers, strict=True):
        for position, token in enumerate(one.tokens):
            recorder.write(number, position, token)
    return answers


@dataclass(frozen=True)
class Block:
    """A slot block: key `key` of document `document`, its tokens and its number of slots."""

    document: int
    key: int
    head: tuple[int, ...]
    budget: int


def blocks_of(*prompts: Prompt) -> list[Block]:
    """The slot blocks of all keys of all documents."""
    return [
        Block(document, key, prompt.keys[key], prompt.budgets[key])
        for document, prompt in enumerate(prompts)
        for key in range(len(prompt.keys))
    ]


def fill(
    backbone: Backbone, encodings: Sequence[Encoding], blocks: Sequence[Block], end: int
) -> tuple[list[Tensor], Tensor]:
    """The one pass: slot blocks over their encoded documents.

    Returns each block's slot logits (slots, vocabulary) and the states (blocks, hidden) that point.
    """
    ids: list[int] = []
    number: list[int] = []
    home: list[int] = []
    positions: list[int] = []
    is_slot: list[bool] = []
    query = []
    for at, block in enumerate(blocks):
        size, start = len(block.head) + block.budget, encodings[block.document].length
        query.append(len(ids) + len(block.head) - 1)
        ids += [*block.head, *[end] * block.budget]
        is_slot += [False] * len(block.head) + [True] * block.budget
        number += [at] * size
        home += [block.document] * size
        positions += range(start, start + size)
    device = backbone.device
    numbers, homes = torch.tensor(number, device=device), torch.tensor(home, device=device)
    lengths = torch.tensor([encoding.length for encoding in encodings], device=device)
    cached = torch.repeat_interleave(torch.arange(len(encodings), device=device), lengths)
    visible = torch.cat(
        [homes[:, None] == cached[None, :], numbers[:, None] == numbers[None, :]], dim=1
    )
    slots = torch.tensor(is_slot, device=device)
    embeds = backbone.embed(torch.tensor(ids, device=device), slots=slots)
    states = backbone.forward(
        embeds, torch.tensor(positions, device=device), visible, stacked(encodings)
    )
    logits = backbone.logits(states[slots])
    return list(logits.split([block.budget for block in blocks])), states[query]


def score(
    backbone: Backbone,
    prompt: Prompt,
    encoding: Encoding,
    logits: list[Tensor],
    queries: Tensor,
    match: Tensor,
) -> list[spans.KeyScores]:
    """Pointers and slots of one document's blocks on its runs of words; `match` is that of the
    blocks' keys."""
    words = prompt.document.words
    printed = [one.to(queries.device) for one in (match, word_features(words), run_features(words))]
    scores, none = backbone.heads.pointer(encoding.words, queries, *printed)
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
    backbone: Backbone, prompt: Prompt, scores: spans.KeyScores, logits: Tensor
) -> DecodedKey:
    """The run that wins, no value, or the slots' own text."""
    best, confidence = spans.choose(scores, backbone.calibration)
    predicted = predictions(logits)
    runs = [(first, last) for first, last in scores.runs.tolist()]
    readings = tuple(
        (runs[at], probability)
        for at, probability in spans.alternatives(scores, backbone.calibration)
    )
    if best == spans.ABSENT:
        return DecodedKey((), predicted, confidence, "pointer", readings=readings)
    if best == spans.OWN_TEXT:
        tokens, _, _ = spans.free_text(logits, prompt.end)
        return DecodedKey(tuple(tokens), predicted, confidence, "slots", readings=readings)
    first, last = runs[best]
    document = prompt.document
    value = [
        token
        for word in range(first, last + 1)
        for token in document.ids[document.first[word] : document.last[word] + 1]
    ]
    return DecodedKey(tuple(value), predicted, confidence, "pointer", (first, last), readings)
