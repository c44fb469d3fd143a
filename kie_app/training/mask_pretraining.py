"""Stage 1, mask pre-training: documents without labels teach to restore, to locate and to copy.

    python -m kie_app train mask-pretrain DIR synthetic --out models/NAME --steps 2000

Spans of the document's text are replaced by slots and predicted (PIP, arXiv 2601.19613). A span is
asked like a key, whose name says where it is: `hidden after "CASH"` for words that the `[mask]`
vector covers on the page, so that they must be restored from both sides; `after "CASH"`, `before`,
`right of`, `below` for words that can be read, so that they must be found and copied, in parallel
by slots and pointers, one by one by the answer and the branches. The packed sequence is that of KV
fine-tuning, and so is what runs after it.

Early stopping looks at the tokens that slots restore or copy on validation documents: slots learn
slowest, so what pointers and next tokens learn is there when these get no better.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import torch

from kie_app.config import Settings
from kie_app.evaluation.metrics import MatchCounts
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import value_ids
from kie_app.model.tokens import WordTokenizer
from kie_app.text import Word, words_of
from kie_app.training import caption_packing as captions
from kie_app.training import sources, trainer
from kie_app.training.examples import Example, part
from kie_app.training.objective import read
from kie_app.training.packing import IGNORE, Packed, gold_share, pack
from kie_app.training.sources import Mix, Source
from kie_app.training.trainer import Progress, TrainOptions
from kie_app.types import Document, Key, Line, Schema

TASKS = 6  # spans asked of one document
LONGEST = 8  # words of a span
CUE = 3  # words of a cue, the more the rarer their first one is
PART_TOKENS = 560
VALIDATED = 40  # documents of the validation split that early stopping looks at


def train(
    backbone: Backbone,
    options: TrainOptions,
    folders: Sequence[str],
    split: str,
    settings: Settings,
    on_progress: Callable[[Progress], None] = print,
) -> bool:
    """Pre-train on the text of labelled folders (their labels are not used), `synthetic`, and, with
    a multimodal backbone, on folders of images with captions."""
    mix = Mix(sources.read(folders, split), options.seed, settings)
    held = sources.held_out(folders) if options.validate_every else []

    def draw(at: int) -> Packed | None:
        rng = random.Random(f"{options.seed}-{at}")
        drawn = mix.draw(at)
        if drawn.image:
            return captions.pack(backbone, drawn.image, rng)
        share = gold_share(at / (options.steps * options.batch))
        return packed_spans(backbone.text, drawn.document, rng, share)

    def validate(process: int, processes: int) -> MatchCounts:
        return judge(backbone, mix, held, process, processes)

    facts = {"stage": "mask", "data": mix.facts(), "split": split}
    return trainer.train(backbone, options, facts, draw, validate if held else None, on_progress)


def packed_spans(
    text: WordTokenizer, document: Document, rng: random.Random, gold_share: float = 0.0
) -> Packed | None:
    """Spans of a document or of a part of it, packed; None where it has none."""
    document, _ = part(text, document, {}, rng, PART_TOKENS)
    one = example(document, rng, lambda value: len(value_ids(text, value)))
    return pack(text, one, rng, gold_share) if one.values else None


@torch.inference_mode()
def judge(
    backbone: Backbone, mix: Mix, held: Sequence[Source], process: int, processes: int
) -> MatchCounts:
    """How many tokens of spans the slots get right on validation documents, evenly from all
    sources, and always the same spans; this process's share of them. Each token that is asked is
    answered, so their F1 is the share of right ones."""
    right = wrong = 0
    each = max(1, VALIDATED // len(held))
    for item in [item for source in held for item in source.items[:each]][process::processes]:
        packed = packed_spans(backbone.text, mix.document(item), random.Random(item.id))
        if packed is None:
            continue
        packed = packed.to(backbone.device)
        states, _ = read(backbone, packed)
        at = (packed.slot != IGNORE) & (packed.slot != backbone.text.end)  # blanks prove nothing
        same = backbone.logits(states[at]).argmax(dim=1) == packed.slot[at]
        right += int(same.sum())
        wrong += int((~same).sum())
    return MatchCounts(right, wrong, wrong)


def example(document: Document, rng: random.Random, tokens: Callable[[str], int]) -> Example:
    """Up to TASKS spans of the document, each asked by its place; `tokens` counts a value's."""
    words = list(words_of(document.lines))
    hidden: list[tuple[int, int]] = []
    values: dict[str, str] = {}
    for _ in range(TASKS * 3):
        if len(values) == TASKS or not words:
            break
        task = rng.choice(("hidden", "after", "before", "right", "below"))
        if task in ("right", "below"):
            found = neighbours(document.lines, rng, task)
        else:
            found = span(words, rng, task, hidden)
        if found and found[0] not in values:
            values[found[0]] = found[1]
    keys = tuple(Key(name, slots=tokens(value) + 1) for name, value in values.items())
    return Example(document, Schema("places", keys), tuple(values.values()), tuple(hidden))


def span(
    words: Sequence[Word], rng: random.Random, task: str, hidden: list[tuple[int, int]]
) -> tuple[str, str] | None:
    """Words of one line after (or before) a cue that stands on the page once, as (name, value).

    A span to be hidden is entered into `hidden`; spans and cues keep clear of hidden words.
    """
    at = rng.randrange(len(words))
    line = [
        i
        for i in range(max(0, at - 20), min(len(words), at + 20))
        if words[i].line == words[at].line
    ]
    length = rng.randint(1, LONGEST)
    first, last = (at, min(at + length - 1, line[-1]))
    if task == "before":
        cue = range(last + 1, min(last + 1 + CUE, len(words)))
    else:
        cue = range(max(0, first - CUE), first)
    if not cue or any(a <= i <= b for a, b in hidden for i in (*cue, *range(first, last + 1))):
        return None
    texts = [word.text for word in words]
    place = " ".join(texts[i] for i in cue)
    if occurrences(texts, [texts[i] for i in cue]) != 1:
        return None
    if task == "hidden":
        hidden.append((first, last))
    name = f'hidden after "{place}"' if task == "hidden" else f'{task} "{place}"'
    return name, " ".join(texts[first : last + 1])


def neighbours(lines: Sequence[Line], rng: random.Random, task: str) -> tuple[str, str] | None:
    """The line right of or below a line whose text stands on the page once, as (name, value)."""
    one = rng.choice(lines)
    texts = [" ".join(line.text.split()) for line in lines]
    name = " ".join(one.text.split())
    if not name or texts.count(name) != 1 or len(name.split()) > LONGEST:
        return None
    box, near = one.box, []
    for line, text in zip(lines, texts, strict=True):
        other = line.box
        if line is one or line.page != one.page or not 0 < len(text.split()) <= LONGEST:
            continue
        if task == "right" and other.x0 >= box.x1 and box.y0 < (other.y0 + other.y1) / 2 < box.y1:
            near.append((other.x0 - box.x1, text))
        if task == "below" and other.y0 >= box.y1 and other.x0 < box.x1 and box.x0 < other.x1:
            near.append((other.y0 - box.y1, text))
    title = "right of" if task == "right" else "below"
    return (f'{title} "{name}"', min(near)[1]) if near else None


def occurrences(texts: Sequence[str], wanted: Sequence[str]) -> int:
    size = len(wanted)
    return sum(list(texts[i : i + size]) == list(wanted) for i in range(len(texts) - size + 1))
