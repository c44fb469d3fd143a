"""The one place where text meets token ids: Document + Schema + decoder -> Extraction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kie_app.decoding import DECODERS, PIP, Decoded, DecodedKey, Written
from kie_app.documents import locate
from kie_app.errors import SchemaError
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.model.tokens import windows
from kie_app.text import as_printed, sources_of
from kie_app.types import (
    Candidate,
    Document,
    Event,
    Extraction,
    Field,
    Key,
    Reading,
    Schema,
    Slot,
    Source,
    Stats,
)

WINDOW_TOKENS = 1536  # a document's tokens in one prompt; longer ones are read in windows
WINDOW_OVERLAP = 192
END_MARK = "⏎"  # how a slot shows end-of-value


def decoder_named(name: str) -> str:
    """`name` if it is a decoder, else SchemaError with the names there are."""
    if name not in DECODERS:
        raise SchemaError(f"There is no decoder {name!r}: use one of {', '.join(DECODERS)}.")
    return name


def extract(
    backbone: Backbone,
    document: Document,
    schema: Schema,
    decoder: str = PIP,
    on_event: Callable[[Event], None] | None = None,
    reuse: bool = True,
) -> Extraction:
    """Run one decoder. With `reuse` the document's encoding is kept and taken from memory, so a
    changed key set costs only its slots; without, everything is computed and timed anew.

    A document without text has every field absent. A long one is read in windows, and for each key
    the window that is surest of a value wins.
    """
    decoder = decoder_named(decoder)
    if not _has_text(document):
        return _absent(backbone, document, schema, decoder)
    parts = windows(backbone.text, document, WINDOW_TOKENS, WINDOW_OVERLAP)
    with backbone.lock:
        read = [_decode(backbone, part, schema, decoder, on_event, reuse) for part in parts]
    fields = tuple(surest(answers) for answers in zip(*(one[0] for one in read), strict=True))
    stats = joined([one[1] for one in read])
    events = tuple(event for one in read for event in one[2])
    return Extraction(decoder, document.id, schema, fields, stats, events, backbone.signature)


def extract_stacked(
    backbone: Backbone,
    documents: Sequence[Document],
    schema: Schema,
    decoder: str = PIP,
) -> list[Extraction]:
    """`extract` of several documents whose windows share the decoder's passes. Each extraction
    carries the stats of the whole stack and no events. SchemaError where the decoder cannot stack.
    """
    entry = DECODERS[decoder_named(decoder)]
    if entry.decode_stacked is None:
        able = ", ".join(one.name for one in DECODERS.values() if one.decode_stacked)
        raise SchemaError(f"{decoder!r} decodes one document at a time: stack with one of {able}.")
    parts = [
        (number, part)
        for number, document in enumerate(documents)
        if _has_text(document)
        for part in windows(backbone.text, document, WINDOW_TOKENS, WINDOW_OVERLAP)
    ]
    prompts = [build_prompt(backbone.text, part, schema) for _, part in parts]
    with backbone.lock:
        decoded = entry.decode_stacked(backbone, prompts) if prompts else []
    read: dict[int, list[list[Field]]] = {}
    for (number, part), prompt, one in zip(parts, prompts, decoded, strict=True):
        fields = _fields(backbone, part, prompt, schema, one)
        read.setdefault(number, []).append(fields)
    out = []
    for number, document in enumerate(documents):
        if number not in read:
            out.append(_absent(backbone, document, schema, decoder))
            continue
        best = tuple(surest(windows) for windows in zip(*read[number], strict=True))
        stats, model = decoded[0].stats, backbone.signature
        out.append(Extraction(decoder, document.id, schema, best, stats, (), model))
    return out


def _has_text(document: Document) -> bool:
    return any(line.text.split() for line in document.lines)


def _absent(backbone: Backbone, document: Document, schema: Schema, decoder: str) -> Extraction:
    """The answer to a document without text: no pass, every field absent."""
    fields = tuple(Field(key, None, 1.0, (), (), "tokens") for key in schema.keys)
    stats = Stats((), 0.0, 0.0)
    return Extraction(decoder, document.id, schema, fields, stats, (), backbone.signature)


def _decode(
    backbone: Backbone,
    document: Document,
    schema: Schema,
    decoder: str,
    on_event: Callable[[Event], None] | None,
    reuse: bool,
) -> tuple[list[Field], Stats, list[Event]]:
    prompt = build_prompt(backbone.text, document, schema)

    def event(one: Written) -> Event:
        return Event(one.at, one.key, one.position, backbone.text.decode([one.token]))

    def emit(one: Written) -> None:
        if on_event:
            on_event(event(one))

    entry = DECODERS[decoder]
    encoding = backbone.remembered(prompt.document) if reuse else None
    decoded: Decoded = entry.decode(backbone, prompt, encoding, on_event=emit)
    if reuse:
        backbone.remember(prompt.document, decoded.encoding)
    fields = _fields(backbone, document, prompt, schema, decoded)
    return fields, decoded.stats, [event(one) for one in decoded.written]


def _fields(
    backbone: Backbone,
    document: Document,
    prompt: Prompt,
    schema: Schema,
    decoded: Decoded,
) -> list[Field]:
    return [
        field_of(backbone, document, prompt, key, one)
        for key, one in zip(schema.keys, decoded.keys, strict=True)
    ]


def field_of(
    backbone: Backbone,
    document: Document,
    prompt: Prompt,
    key: Key,
    decoded: DecodedKey,
) -> Field:
    """Token ids as text, and the value's place on the page. Of recognised text a value is only as
    sure as that none of its characters was misread."""

    def sure(confidence: float, text: str) -> float:
        if document.recognised:
            confidence *= backbone.calibration.legibility ** len(text)
        return confidence

    def read(run: tuple[int, int]) -> tuple[str, tuple[Source, ...]]:
        words = prompt.document.words[run[0] : run[1] + 1]
        return as_printed(words), sources_of(words)

    if decoded.run:
        value, sources = read(decoded.run)
    else:
        value = " ".join(backbone.text.decode(decoded.tokens).split())
        sources = locate(value, document) if value else ()

    def shown(token: int) -> str:
        return END_MARK if token == prompt.end else backbone.text.decode([token])

    slots = tuple(
        Slot(
            shown(one.token),
            one.probability,
            tuple(Candidate(shown(token), p) for token, p in one.top),
        )
        for one in decoded.predicted
    )
    readings = tuple(
        Reading(text, sure(probability, text), places)
        for run, probability in decoded.readings
        for text, places in [read(run)]
    )
    confidence = sure(decoded.confidence, value)
    return Field(key, value or None, confidence, sources, slots, decoded.origin, readings)


def surest(answers: Sequence[Field]) -> Field:
    """One key's answer from those of all windows: a value beats an absence, and among values the
    most confident wins. Its confidence is lowered where other windows answer other values, since at
    most one of them is right: with odds o = p / (1 - p) it becomes o over 1 + the odds of all. The
    other values are added to its readings, whose probabilities are lowered in proportion."""
    best = max(answers, key=lambda field: (field.value is not None, field.confidence))
    surest_of: dict[str, Field] = {}  # by value
    for one in answers:
        known = surest_of.get(one.value or "")
        if one.value and (known is None or known.confidence < one.confidence):
            surest_of[one.value] = one
    if best.value is None or len(surest_of) == 1:
        return best
    whole = 1 + sum(_odds(one.confidence) for one in surest_of.values())
    share = {value: _odds(one.confidence) / whole for value, one in surest_of.items()}
    confidence = share.pop(best.value)
    left = confidence / best.confidence if best.confidence else 0.0
    readings = {
        one.value: one._replace(probability=left * one.probability) for one in best.readings
    }
    for value, probability in share.items():
        readings[value] = Reading(value, probability, surest_of[value].sources)
    likeliest = sorted(readings.values(), key=lambda one: -one.probability)
    return replace(best, confidence=confidence, readings=tuple(likeliest))


def _odds(confidence: float) -> float:
    return confidence / max(1 - confidence, 1e-6)


def joined(stats: Sequence[Stats]) -> Stats:
    """The stats of windows decoded one after the other."""
    passes, parts, began = [], [], 0.0
    for one in stats:
        passes += [replace(p, start=began + p.start) for p in one.passes]
        parts += [replace(p, start=began + p.start) for p in one.parts]
        began += one.prefill + one.decode
    return Stats(
        tuple(passes),
        sum(one.prefill for one in stats),
        sum(one.decode for one in stats),
        all(one.cached for one in stats),
        tuple(parts),
    )
