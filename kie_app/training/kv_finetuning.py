"""Stage 2, KV fine-tuning: all decoders on labelled documents, in one pass each.

python -m kie_app train kv DIR [DIR=WEIGHT ...] --out models/NAME --steps 900
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kie_app.config import Settings
from kie_app.errors import DataError
from kie_app.evaluation.matching import loosely
from kie_app.evaluation.metrics import Answer, Judged, MatchCounts, count
from kie_app.extraction import extract
from kie_app.model.backbone import Backbone
from kie_app.model.tokens import WordTokenizer
from kie_app.schemas.kinds import schema_of
from kie_app.training import sources, trainer
from kie_app.training.examples import Example, Naming, example, known_absent, part
from kie_app.training.other_values import Names, names, with_other_values
from kie_app.training.packing import Packed, gold_share, pack
from kie_app.training.sources import Mix, Source
from kie_app.training.trainer import Progress, TrainOptions

OTHER_VALUES = 0.5  # share of documents whose values are replaced by others


@dataclass(frozen=True)
class KvOptions:
    """What is trained on."""

    folders: tuple[str, ...]  # each FOLDER or FOLDER=WEIGHT
    split: str = "train"
    part_tokens: int = 560  # longer documents are trained on part by part
    keys: int = 6  # labelled keys that every decoder is asked for; the pointers are asked for all
    max_tokens: int = 1500  # longer packed examples are passed over
    validated: int = 40  # documents of the validation split that early stopping looks at
    naming: Naming = field(default_factory=Naming)


def train(
    backbone: Backbone,
    options: TrainOptions,
    data: KvOptions,
    settings: Settings,
    on_progress: Callable[[Progress], None] = print,
) -> bool:
    """Fine-tune on labelled folders; see `trainer.train`."""
    mix = Mix(sources.read(data.folders, data.split), options.seed, settings)
    if unfit := [source.name for source in mix.sources if source.images]:
        raise DataError(
            f"{unfit[0]} holds captions, not keys and values: use it with `train mask-pretrain`."
        )
    foreign = sorted(
        {n for s in mix.sources for i in s.items for n in data.naming.printed(i.lines)}
    )
    pool = names(item.values() for source in mix.sources for item in source.items)
    held = sources.held_out(data.folders) if options.validate_every else []

    def draw(at: int) -> Packed | None:
        rng = random.Random(f"{options.seed}-{at}")
        one = drawn(backbone.text, mix, foreign, pool, data, rng, at)
        packed = pack(backbone.text, one, rng, gold_share(at / (options.steps * options.batch)))
        return packed if len(packed.ids) <= data.max_tokens else None

    def validate(process: int, processes: int) -> MatchCounts:
        return judge(backbone, mix, held, data.validated, process, processes)

    return trainer.train(
        backbone, options, facts(mix, data), draw, validate if held else None, on_progress
    )


def facts(mix: Mix, data: KvOptions) -> dict[str, Any]:
    """What the checkpoint says about its data."""
    left_out = data.naming.left_out
    return {
        "stage": "kv",
        "data": mix.facts(),
        "split": data.split,
        "left_out": left_out.pattern if left_out else "",
    }


def drawn(
    text: WordTokenizer,
    mix: Mix,
    foreign: Sequence[str],
    pool: Names,
    data: KvOptions,
    rng: random.Random,
    at: int,
) -> Example:
    """The example at place `at` of the run: a document or a part of it."""
    one = mix.draw(at)
    document, values = part(text, one.document, one.values, rng, data.part_tokens)
    if document is one.document:
        values = known_absent(values, one.lacking, rng)
    if rng.random() < OTHER_VALUES:
        document, values = with_other_values(document, values, pool, rng)
    return example(document, values, rng, data.naming, foreign, one.tidy, data.keys)


def judge(
    backbone: Backbone, mix: Mix, held: Sequence[Source], most: int, process: int, processes: int
) -> MatchCounts:
    """Normalised counts of `mask_parallel` on `most` validation documents, evenly from all sources;
    this process's share of them."""
    total = MatchCounts()
    each = max(1, most // len(held))
    chosen = [(source.keys_for(item), item) for source in held for item in source.items[:each]]
    for keys, item in chosen[process::processes]:
        schema = schema_of("validation", keys)
        found = extract(backbone, mix.document(item), schema, reuse=False)
        answers = {one.key.name: Answer(one.value) for one in found.fields}
        judged = Judged(item.entities, answers)
        total += sum((count(judged, key, loosely) for key in keys), MatchCounts())
    return total
