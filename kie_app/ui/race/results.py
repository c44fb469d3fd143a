"""What the race came to, as HTML: the figures of each arm, the values side by side, downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kie_app.decoding import BASELINE
from kie_app.race.figures import ArmFigures, Label, agree, baseline, figures_of, matches
from kie_app.race.origins import Tokens, tokens_of
from kie_app.types import Document, Extraction, Field
from kie_app.ui.shared.downloads import downloads, file_stem
from kie_app.ui.shared.formatting import count, safe, seconds, short, times

BENCH = "python -m kie_app bench"


def render(extractions: Sequence[Extraction], document: Document, label: Label | None) -> str:
    """The verdict in words, the table of figures, the values per key, and the downloads."""
    rows = figures_of(extractions, document.ocr_seconds, label)
    stem = file_stem(document.name.rsplit(".", 1)[0])
    return (
        f'<section class="results" aria-label="Result">{_verdict(rows)}'
        f"{_figures_table(rows, label is not None)}{_values_table(extractions, label)}"
        f"{downloads(extractions, {document.id: document.name}, stem)}</section>"
    )


def _verdict(rows: Sequence[ArmFigures]) -> str:
    """One sentence an arm with its accuracy in the same breath, also where AR wins."""
    reference = next((row for row in rows if row.decoder == BASELINE), None)
    if reference is None:
        return '<p class="verdict">No speed-up without the AR arm: tick AR to compare.</p>'
    if not reference.passes:
        return '<p class="verdict">The document has no text: every field is absent, untimed.</p>'
    sentences = [_sentence(row, reference) for row in rows if row is not reference]
    return "".join(sentences) or '<p class="verdict">Only AR ran: tick another arm to compare.</p>'


def _sentence(row: ArmFigures, reference: ArmFigures) -> str:
    decode = _compare(row.decode_ratio or 0.0, "in decoding")
    total = _compare(row.total_ratio or 0.0, "end to end")
    return (
        f'<p class="verdict"><b>{safe(short(row.decoder))}</b>: {decode}, {total}; '
        f"{_accuracy(row, reference)}.</p>"
    )


def _compare(ratio: float, where: str) -> str:
    """`28x as fast as AR in decoding`, or in plain words that AR wins."""
    if ratio < 1:
        return f'<span class="loses">AR wins {where} ({times(ratio)})</span>'
    return f'<span class="wins">{times(ratio)} as fast as AR</span> {where}'


def _accuracy(row: ArmFigures, reference: ArmFigures) -> str:
    if row.exact is not None and reference.exact is not None:
        exact = f"{row.exact} of {row.judged} values exact"
        return f"{exact}, AR {reference.exact} of {reference.judged}"
    return f"{row.agreeing} of {row.keys} values the same as AR's"


def _figures_table(rows: Sequence[ArmFigures], labelled: bool) -> str:
    heads = ["Arm", "Decode", "Speed-up", "End to end", "Speed-up", "Passes", "Same as AR"]
    if labelled:
        heads.append("Exact match")
    note = "end to end is OCR + prefill + decode; a speed-up is AR's time over the arm's"
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join(_figures_row(row) for row in rows)
    return _table("figures", "Speed beside accuracy", note, head, body)


def _table(kind: str, title: str, note: str, head: str, body: str) -> str:
    """A titled table that scrolls sideways in its own frame where it does not fit."""
    return (
        f'<section class="sheet"><h3 id="{kind}-title">{title}</h3><p class="note">{note}</p>'
        f'<div class="scroll" tabindex="0" role="group" aria-labelledby="{kind}-title">'
        f'<table class="{kind}" aria-labelledby="{kind}-title"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _figures_row(row: ArmFigures) -> str:
    reference = row.decoder == BASELINE
    same = "-" if row.agreeing is None else f"{row.agreeing} of {row.keys}"
    cells = [
        seconds(row.decode),
        "1" if reference else _ratio(row.decode_ratio),
        seconds(row.total),
        "1" if reference else _ratio(row.total_ratio),
        str(row.passes),
        "reference" if reference else same,
    ]
    if row.exact is not None:
        cells.append(f"{row.exact} of {row.judged}")
    figures = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{safe(short(row.decoder))}</th>{figures}</tr>'


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return "-"
    verdict = "" if ratio >= 1 else " AR wins"
    return f'<span class="{"wins" if ratio >= 1 else "loses"}">{times(ratio)}{verdict}</span>'


def _values_table(extractions: Sequence[Extraction], label: Label | None) -> str:
    """Key by arm: the value, and whether it equals AR's and the sample's label."""
    reference = baseline(extractions)
    head = "".join(f'<th scope="col">{safe(short(one.decoder))}</th>' for one in extractions)
    if label is not None:
        head += '<th scope="col">Label</th>'
    body = "".join(
        _values_row([one.fields[index] for one in extractions], extractions, reference, label)
        for index in range(len(extractions[0].fields))
    )
    note = "compared as printed, but for white space"
    return _table("values", "Values per key", note, f'<th scope="col">Key</th>{head}', body)


def _values_row(
    fields: Sequence[Field],
    extractions: Sequence[Extraction],
    reference: Extraction | None,
    label: Label | None,
) -> str:
    name = fields[0].key.name
    against = None
    if reference is not None:
        against = next(f for f in reference.fields if f.key.name == name)
    cells = "".join(
        _value_cell(field, None if one is reference else against, label)
        for field, one in zip(fields, extractions, strict=True)
    )
    if label is not None:
        cells += f"<td>{_expected(label, name)}</td>"
    return f'<tr><th scope="row">{safe(name)}</th>{cells}</tr>'


def _value_cell(field: Field, against: Field | None, label: Label | None) -> str:
    notes = ""
    if against is not None:
        same = agree(field, against)
        notes += _note(same, "same as AR", "differs from AR", "same" if same else "differs")
    exact = matches(field, label) if label is not None else None
    if exact is not None:
        notes += _note(exact, "exact match", "not the label", "right" if exact else "wrong")
    return f"<td>{_value(field.value)}<small>{notes}</small></td>"


def _note(good: bool, yes: str, no: str, kind: str) -> str:
    sign = "\N{CHECK MARK}" if good else "\N{MULTIPLICATION X}"
    return f'<span class="{kind}"><i aria-hidden="true">{sign}</i> {yes if good else no}</span>'


def _value(value: str | None) -> str:
    return safe(value) if value is not None else '<em class="absent">absent</em>'


def _expected(label: Label, name: str) -> str:
    expected = label.get(name)
    if expected is None:
        return "<small>no label</small>"
    if isinstance(expected, str):
        return _value(expected or None)
    return f"{safe('; '.join(expected))}<small>a list, not judged</small>"


def caption(facts: Mapping[str, str], extractions: Sequence[Extraction]) -> str:
    """Under what conditions these figures came about, and the command that measures them."""
    measured_on = "".join(
        f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in facts.items()
    )
    lengths = ", ".join(
        f"{short(one.decoder)} {_output_length(tokens_of(one))}" for one in extractions
    )
    length = f"<div><dt>output length</dt><dd>{safe(lengths)}</dd></div>" if lengths else ""
    return (
        f'<footer class="caption"><dl>{measured_on}{length}'
        f"<div><dt>batch size</dt><dd>1</dd></div></dl>"
        f"<p>One run of each arm, one after the other, timed on the server. Medians over several "
        f"runs: <code>{BENCH}</code></p></footer>"
    )


def _output_length(tokens: Tokens) -> str:
    """`73 tokens`, `73 tokens copied`, `12 tokens written and 61 copied`."""
    if not tokens.copied:
        return count(tokens.written, "token")
    if not tokens.written:
        return f"{count(tokens.copied, 'token')} copied"
    return f"{count(tokens.written, 'token')} written and {tokens.copied} copied"
