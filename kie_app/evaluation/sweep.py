"""The break-even sweep: how the speed-ups move with keys, value length and stacked documents.

A grid of made-up forms (`forms.coded`) through the arms of `benchmark`. The decoders that write
token by token must write the printed values, so that an answer is as long as its point says;
`mask_parallel` answers freely, and how many of its values are exactly as printed stands beside
its times. `autoregressive` and `verified` take documents one after the other: a stack is compared
with the sum of the baseline's runs, and `verified` has points of one document alone.

Usage: python -m kie_app bench --sweep FILE.json [--repeats 2]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import mean

from kie_app.decoding import BASELINE, HPD, PIP, Decoded
from kie_app.evaluation import forms
from kie_app.evaluation.benchmark import OTHERS, answered, prompt_of
from kie_app.evaluation.break_even import Arm, Point, Sweep
from kie_app.evaluation.costs import Case, Cost
from kie_app.extraction import field_of
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import Prompt
from kie_app.values import clean

REPEATS = 2
KEYS, LENGTHS = (1, 2, 4, 8, 16), (1, 4, 12, 32)
STACKS, STACKED_KEYS, STACKED_LENGTHS = (2, 4, 8), (4,), (4, 12)
STACKING = (PIP, HPD)


@dataclass(eq=False)
class Cell:
    """Forms of one size, and what was measured of each stack of them; `exact` by stack."""

    made: Sequence[forms.Form]
    prompts: Sequence[Prompt]
    stacks: Mapping[int, Case]
    exact: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, backbone: Backbone, keys: int, length: int, stacks: Sequence[int]) -> Cell:
        made = [forms.coded(keys, length, seed) for seed in range(max(stacks))]
        prompts = [prompt_of(backbone, one, keys) for one in made]
        return cls(made, prompts, {size: Case(keys, size) for size in stacks})

    def round(self, backbone: Backbone) -> None:
        """Every decoder once on every stack; the stacks share the baseline's runs."""
        base = [Cost.of(answered(backbone, BASELINE, [one])[0].stats) for one in self.prompts]
        for size, case in self.stacks.items():
            case.note(BASELINE, sum(base[1:size], base[0]))
            for name in OTHERS if size == 1 else STACKING:
                decoded = answered(backbone, name, self.prompts[:size])
                case.note(name, Cost.of(decoded[0].stats))
                if name == PIP:
                    right = (self._right(backbone, at, one) for at, one in enumerate(decoded))
                    self.exact[size] = sum(right)

    def _right(self, backbone: Backbone, at: int, decoded: Decoded) -> int:
        """How many values of document `at` are exactly the printed ones."""
        form, prompt = self.made[at], self.prompts[at]
        return sum(
            clean(field_of(backbone, form.document, prompt, key, one).value or "")
            == clean(form.values[key.name])
            for key, one in zip(form.keys, decoded.keys, strict=True)
        )

    def points(self) -> Iterator[Point]:
        written = [len(value) for prompt in self.prompts for value in prompt.forced or ()]
        page = round(mean(len(prompt.document.ids) for prompt in self.prompts))
        for size, case in self.stacks.items():
            arms = tuple(
                Arm(
                    row["decoder"],
                    row["passes"],
                    row["decode_seconds"],
                    row["total_seconds"],
                    row["decode_ratio"],
                    row["total_ratio"],
                    self.exact[size] if row["decoder"] == PIP else None,
                )
                for row in case.rows()
            )
            yield Point(case.keys, round(mean(written)), size, page, arms)


def measure(
    backbone: Backbone,
    facts: Mapping[str, str],
    repeats: int = REPEATS,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Sweep:
    """Measure the grid `repeats` times, after an untimed round of one of its cells.

    `progress(done, of)` is called after each cell of each round.
    """
    sizes = [(keys, length) for length in LENGTHS for keys in KEYS]
    cells = [Cell.of(backbone, *size, stacks=_stacks(*size)) for size in sizes]
    Cell.of(backbone, KEYS[0], LENGTHS[0], (1, STACKS[0])).round(backbone)
    for done in range(repeats * len(cells)):
        cells[done % len(cells)].round(backbone)
        progress(done + 1, repeats * len(cells))
    points = tuple(point for cell in cells for point in cell.points())
    return Sweep(datetime.now(UTC), dict(facts), repeats, points)


def _stacks(keys: int, length: int) -> tuple[int, ...]:
    return (1, *STACKS) if keys in STACKED_KEYS and length in STACKED_LENGTHS else (1,)
