"""A race on a card to pass on, as JSON; `picture` draws it.

A card says what was measured, on what, and how to measure it again. Documents are private: neither
text, values nor the file's name are on it, unless they are asked for.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

from kie_app.decoding import DECODERS
from kie_app.race.figures import Run
from kie_app.race.history import RecordedRace
from kie_app.race.origins import tokens_of
from kie_app.schemas.kinds import schema_of
from kie_app.schemas.templates import dump_template
from kie_app.store import StoredRace
from kie_app.types import Document, Extraction, Schema

DIGITS = 4
NOTE = (
    "One run of each arm, one after the other, batch size 1, timed on the server; end to end is "
    "OCR, prefill and decode. A speed-up is the autoregressive time over the arm's: below 1 the "
    "autoregressive arm wins. No label is known, so agreement is with its values, not with the "
    "truth. Tokens written and copied are those of the values: written by slots or step by step, "
    "or copied from the page. Medians over several runs: python -m kie_app bench"
)
VARIABLES = {"device": "ONEPASS_DEVICE", "dtype": "ONEPASS_DTYPE", "threads": "ONEPASS_THREADS"}

Card = dict[str, Any]


def card(race: StoredRace, document: Document, values: bool = False) -> Card:
    """The race as plain JSON; with `values`, also what each arm answered and the file's name."""
    found = RecordedRace.of(race, document)
    arms = [_arm(run, one, values) for run, one in zip(found.runs, race.result, strict=True)]
    return {
        "race": found.id,
        "made": found.made.isoformat(timespec="seconds"),
        "measured_on": dict(found.facts),
        "document": {"pages": found.pages, **({"name": found.name} if values else {})},
        "keys": list(found.keys),
        "arms": arms,
        "reproduce": command(race),
        "note": NOTE,
    }


def _arm(run: Run, one: Extraction, values: bool) -> Card:
    answers = {"values": {field.key.name: field.value for field in one.fields}} if values else {}
    seconds = {"ocr": run.ocr, "prefill": run.prefill, "decode": run.decode, "total": run.total}
    written, copied = tokens_of(one)
    ratios = {"decode": run.decode_ratio, "total": run.total_ratio}
    return {
        "decoder": run.decoder,
        "title": title(run.decoder),
        "passes": run.passes,
        "tokens": one.stats.tokens,
        "written_tokens": written,
        "copied_tokens": copied,
        "seconds": {phase: round(value, DIGITS) for phase, value in seconds.items()},
        "speed_up": {
            time: None if value is None else round(value, DIGITS) for time, value in ratios.items()
        },
        "same_as_autoregressive": run.agreeing,
        **answers,
    }


def title(decoder: str) -> str:
    """The decoder's title; a decoder of an earlier version goes by its name."""
    return DECODERS[decoder].title if decoder in DECODERS else decoder


def summary(card: Card) -> str:
    """The card in a sentence, for who does not see the picture; holds no value."""
    arms = "; ".join(
        f"{arm['title']} {arm['seconds']['total']:.3f} s end to end, of it decoding "
        f"{arm['seconds']['decode']:.3f} s"
        for arm in card["arms"]
    )
    return f"Race of {card['made'][:10]}, {len(card['keys'])} keys: {arms}"


def command(race: StoredRace) -> str:
    """What runs the same arms with the same keys on FILE, in a shell."""
    arms = " ".join(shlex.quote(one.decoder) for one in race.result)
    chosen = "".join(
        f"{variable}={shlex.quote(race.facts[fact])} "
        for fact, variable in VARIABLES.items()
        if fact in race.facts
    )
    first, keys = _asking(race.schema)
    run = f"python -m kie_app extract FILE {keys} --decoder $arm --json"
    return f"{first}for arm in {arms}; do {chosen}{run}; done"


def _asking(schema: Schema) -> tuple[str, str]:
    """What to do before the arms run, and the option that asks the keys: by their names, where
    these say all, else by a file."""
    names = [key.name for key in schema.keys]
    if schema.keys == schema_of("", names).keys and not any("," in name for name in names):
        return "", f"--keys {shlex.quote(','.join(names))}"
    written = shlex.quote(dump_template(schema))
    return f"printf %s {written} > race.yaml; ", "--schema race.yaml"


def to_json(made: Card) -> bytes:
    return (json.dumps(made, indent=2) + "\n").encode("ascii")
