"""Throughput and cost as a table with its formula."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.decoding import BASELINE
from kie_app.race.throughput import Comparison, Throughput
from kie_app.ui.insights import tables
from kie_app.ui.shared.formatting import count, safe, seconds, short


def costs(found: Comparison, races: int, price: float | None) -> str:
    """What an hour does and what a thousand pages cost over the shared ones of `races`, with the
    formula; then a line for each arm that shares none."""
    apart = "".join(_apart(one, found.shared, price) for one in found.apart)
    if not found.shared:
        return apart or '<p class="hint">Nothing to reckon with yet: run a race.</p>'
    heads = ["Arm", "Races", "Pages", "OCR", "Prefill", "Decode", "Documents / hour"]
    heads += ["Pages / hour", "Cost of 1,000 pages"]
    rows = [
        tables.row(
            tables.arm_cell(one.decoder),
            str(one.races),
            str(one.pages),
            *(seconds(part) for part in (one.ocr, one.prefill, one.decode)),
            f"{one.documents_an_hour:,.0f}",
            f"{one.pages_an_hour:,.0f}",
            tables.DASH if price is None else money(one.cost(price)),
        )
        for one in found.shared
    ]
    note = (
        f"sums over {found.shared[0].races} of {count(races, 'race')}, those in which all these "
        "arms ran; one document after the other on one machine; "
        f"{'type a price for the costs' if price is None else 'costs are in its currency'}"
    )
    table = tables.table("costs", "Throughput and cost", note, heads, rows)
    return table + apart + _formula(found.shared[0], price)


def _apart(one: Throughput, shared: Sequence[Throughput], price: float | None) -> str:
    """Why an arm is not in the table, and its own figures."""
    partners = " and ".join(short(other.decoder) for other in shared) or short(BASELINE)
    cost = "" if price is None else f", {money(one.cost(price))} for 1,000 pages"
    return (
        f'<p class="hint"><b>{safe(short(one.decoder))}</b> has no race together with '
        f"{safe(partners)}, so it is not compared; on its own, {count(one.races, 'race')} in "
        f"{seconds(one.seconds)}: {one.documents_an_hour:,.0f} documents an hour{cost}.</p>"
    )


def _formula(one: Throughput, price: float | None) -> str:
    """Both formulas, and the first arm's figures put in."""
    arm, took = short(one.decoder), f"{one.seconds:.3f} s"
    lines = [
        "seconds = OCR + prefill + decode",
        "documents an hour = 3,600 * races / seconds",
        f"{arm}: 3,600 * {one.races} / {took} = {one.documents_an_hour:,.0f} documents an hour",
        "cost of 1,000 pages = price an hour * seconds / 3,600 / pages * 1,000",
    ]
    if price is not None:
        put = f"{price:g} * {took} / 3,600 / {one.pages} * 1,000"
        lines.append(f"{arm}: {put} = {money(one.cost(price))}")
    signs = str.maketrans("*/", "\N{MULTIPLICATION SIGN}\N{DIVISION SIGN}")
    items = (f"<li>{safe(line.translate(signs))}</li>" for line in lines)
    return f'<ul class="formula">{"".join(items)}</ul>'


def money(amount: float) -> str:
    """Cents, or three digits of what is less: `12.40`, `0.0314`."""
    return f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.3g}"
