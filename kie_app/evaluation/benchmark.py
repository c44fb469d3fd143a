"""The speed table: every decoder against the autoregressive baseline on the same weights.

The documents are made up and their values known (`forms`). The decoders that write token by token
are made to write those values: the model still computes every pass in full, only the choice of the
token is overridden, so that all arms write the same and no arm gains by stopping early.
`mask_parallel` predicts freely: what it writes does not change what a pass costs, and where a block
comes back full its second pass is counted. `verified` checks that free draft against the same
values, so its figure depends on how good the draft was.

All arms run in one process, one after the other, again in every repeat; figures are medians of the
repeats. Usage: python -m kie_app bench [--json FILE] [--repeats 5]; the same arms over a grid of
answers' sizes are `sweep`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from kie_app import documents
from kie_app.config import Settings
from kie_app.datasets.samples import Sample
from kie_app.decoding import BASELINE, DECODERS, HPD, PIP, Decoded
from kie_app.evaluation import forms
from kie_app.evaluation.costs import DIGITS, Case, Cost
from kie_app.extraction import extract
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.types import Key, Schema

REPEATS = 5
OTHERS = tuple(name for name in DECODERS if name != BASELINE)
FORM_KEYS = (8, 16, 24)
STACKS = (4, 8, 16)  # a stack of one is the row of the receipt keys on one document
LONGEST = 512  # tokens of a value: no forced value is cut, whatever the tokenizer


class Bench:
    """The cases of the speed table and what was measured of them so far."""

    def __init__(
        self,
        backbone: Backbone,
        form_keys: Sequence[int],
        stacks: Sequence[int],
    ) -> None:
        size = len(forms.RECEIPT_KEYS)
        self.backbone = backbone
        self.receipts = [
            prompt_of(backbone, forms.receipt(seed), size) for seed in range(max(stacks))
        ]
        self.forms = {Case(keys, 1): prompt_of(backbone, forms.form(), keys) for keys in form_keys}
        self.receipt = Case(size, 1)
        self.stacks = [Case(size, documents) for documents in stacks]
        self.pip_over_forward: list[float] = []

    def round(self) -> None:
        """Every decoder once on every case; the stacks share the receipts' baseline."""
        base = [self._run(BASELINE, prompt) for prompt in self.receipts]
        self.receipt.note(BASELINE, base[0])
        self._others(self.receipt, self.receipts[0])
        pip = self.receipt.costs[PIP][-1]
        self.pip_over_forward.append(pip.total / self.backbone.bare_forward(pip.tokens))
        for case, prompt in self.forms.items():
            case.note(BASELINE, self._run(BASELINE, prompt))
            self._others(case, prompt)
        for case in self.stacks:
            case.note(BASELINE, sum(base[1 : case.documents], base[0]))
            case.note(HPD, self._stacked(self.receipts[: case.documents]))

    def cases(self) -> list[Case]:
        return [self.receipt, *self.forms, *self.stacks]

    def _others(self, case: Case, prompt: Prompt) -> None:
        for name in OTHERS:
            case.note(name, self._run(name, prompt))

    def _run(self, name: str, prompt: Prompt) -> Cost:
        return Cost.of(answered(self.backbone, name, [prompt])[0].stats)

    def _stacked(self, prompts: list[Prompt]) -> Cost:
        return Cost.of(answered(self.backbone, HPD, prompts)[0].stats)


def prompt_of(backbone: Backbone, made: forms.Form, keys: int) -> Prompt:
    """The first `keys` keys of a made-up document, with the values that are to be written."""
    return build_prompt(backbone.text, made.document, made.schema(keys), forced=made.values)


def answered(backbone: Backbone, name: str, prompts: Sequence[Prompt]) -> list[Decoded]:
    """Decode one prompt, or several in shared passes where the decoder can."""
    decoder = DECODERS[name]
    limits = {} if name == PIP else {"longest": LONGEST}
    if len(prompts) == 1 or decoder.decode_stacked is None:
        return [decoder.decode(backbone, prompt, **limits) for prompt in prompts]
    return decoder.decode_stacked(backbone, prompts, **limits)


def bench(
    backbone: Backbone,
    settings: Settings,
    sample: Sample,
    machine: str,
    repeats: int = REPEATS,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Any]:
    """Measure everything `repeats` times, after an untimed round without the largest stacks.

    `sample` serves the figure for changed keys alone, `machine` says what everything ran on.
    `progress(done, of)` is called after each round.
    """
    Bench(backbone, FORM_KEYS, STACKS[:1]).round()
    rekey_over_first(backbone, settings, sample)
    measured, rekeyed = Bench(backbone, FORM_KEYS, STACKS), []
    for done in range(1, repeats + 1):
        measured.round()
        rekeyed.append(rekey_over_first(backbone, settings, sample))
        progress(done, repeats)
    return {
        "rows": [row for case in measured.cases() for row in case.rows()],
        "pip_over_forward": round(statistics.median(measured.pip_over_forward), DIGITS),
        "hpd_over_bound": round(measured.receipt.share_of_bound(), DIGITS),
        "rekey_over_first": round(statistics.median(rekeyed), DIGITS),
        "sample": sample.name,
        "repeats": repeats,
        "machine": machine,
    }


def rekey_over_first(backbone: Backbone, settings: Settings, sample: Sample) -> float:
    """Time of an answer to changed keys on a document already read, over that of the first answer
    from the file's bytes, OCR included; by the clock, everything counted."""
    data = sample.path.read_bytes()
    began = time.perf_counter()
    document = documents.read(data, sample.path.name, settings)
    extract(backbone, document, sample.schema, PIP, reuse=False)
    first = time.perf_counter() - began
    extract(backbone, document, sample.schema, PIP)  # keeps the document's encoding
    changed = Schema("changed", (*sample.schema.keys[1:], Key("reference number")))
    began = time.perf_counter()
    extract(backbone, document, changed, PIP)
    return (time.perf_counter() - began) / first
