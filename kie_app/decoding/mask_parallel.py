"""PIP, mask-parallel filling: all values of all keys in one forward pass.

Wang et al., "PIP", arXiv 2601.19613. The document is encoded once. Then every key contributes one
slot block: its name and a run of `[mask]` slots, all predicted in a single pass; beside the slots
each block points at its value on the page (`spans`). Where the checkpoint has a seed head, slots
join the pass half way up and begin with what the page has at their places (`slots`).

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
from dataclasses import replace
from itertools import groupby

import torch
from torch import Tensor

from kie_app.decoding import spans
from kie_app.decoding.base import Decoded, DecodedKey, Recorder, predictions, shared, timed
from kie_app.decoding.slots import Asked, Block, blocks_of, fill
from kie_app.model.backbone import Backbone, Encoding
from kie_app.model.features.document import DocumentFeatures
from kie_app.model.prompt import Prompt

LARGER = 48  # slots of the second pass for a key whose block came back full


@timed
def decode(
    recorder: Recorder, prompt: Prompt, encoding: Encoding | None = None, *, larger: int = LARGER
) -> Decoded:
    """Fill every key of `prompt` in one pass after the document's encoding. `larger` are the slots
    of a second pass for a key whose block came back full (0: it is not asked again)."""
    return _decode(recorder, [prepare(recorder, prompt, encoding)], larger)[0]


@timed
def decode_stacked(
    recorder: Recorder, prompts: Sequence[Prompt], *, larger: int = LARGER
) -> list[Decoded]:
    """Fill every key of every document in one pass; each result carries the whole stack's stats."""
    return _decode(recorder, [prepare(recorder, prompt) for prompt in prompts], larger)


def prepare(recorder: Recorder, prompt: Prompt, encoding: Encoding | None = None) -> Asked:
    """Everything that a pass needs of one document; what does not depend on its keys is kept with
    its encoding."""
    encoding = recorder.encode(prompt, encoding)
    features = encoding.features
    if features is None:
        with recorder.part("features"):
            features = DocumentFeatures.of(prompt.document.words).to(recorder.backbone.device)
            encoding = replace(encoding, features=features)
    with recorder.part("labels"):
        labels = features.labels(prompt.labels)
    return Asked(prompt, encoding, features, labels)


def _decode(recorder: Recorder, documents: Sequence[Asked], larger: int) -> list[Decoded]:
    prompts = [one.prompt for one in documents]
    blocks = blocks_of(*prompts)
    answers = _ask(recorder, documents, blocks, "fill", range(len(blocks)))
    full = [
        number
        for number, one in enumerate(answers)
        if one.origin == "slots" and len(one.tokens) == len(one.predicted) < larger
    ]
    if full:
        wider = [replace(blocks[number], budget=larger) for number in full]
        again = _ask(recorder, documents, wider, "again", full)
        for number, one in zip(full, again, strict=True):
            answers[number] = one
    return shared(recorder, prompts, [one.encoding for one in documents], answers)


def _ask(
    recorder: Recorder,
    documents: Sequence[Asked],
    blocks: Sequence[Block],
    kind: str,
    numbers: Sequence[int],
) -> list[DecodedKey]:
    """One pass over the blocks and what it answers; `numbers` are theirs among all."""
    backbone, end = recorder.backbone, documents[0].prompt.end
    with recorder.measure(kind) as counted:
        filled = fill(backbone, documents, blocks, end)
        counted(filled.rows)
    logits, queries = filled.logits, filled.queries
    answers: list[DecodedKey] = []
    with recorder.part("scores"):
        for document, group in groupby(range(len(blocks)), key=lambda at: blocks[at].document):
            own, asked = list(group), documents[document]
            slots, keys = [logits[at] for at in own], [blocks[at].key for at in own]
            scores = score(backbone, asked, slots, queries[own], keys)
            answers += [
                answer(backbone, asked.prompt, one, block)
                for one, block in zip(scores, slots, strict=True)
            ]
    for number, one in zip(numbers, answers, strict=True):
        for position, token in enumerate(one.tokens):
            recorder.write(number, position, token)
    return answers


def score(
    backbone: Backbone,
    asked: Asked,
    logits: Sequence[Tensor],
    queries: Tensor,
    keys: Sequence[int],
) -> list[spans.KeyScores]:
    """Pointers and slots of one document's blocks on its runs of words; `keys` are the blocks'."""
    prompt, features = asked.prompt, asked.features
    scores, none = backbone.heads.pointer(
        asked.encoding.words, queries, asked.labels[keys], features.words, features.runs
    )
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
