"""The speed table on a tiny random model: what is measured, not how fast it is."""

from __future__ import annotations

import pytest

from kie_app.decoding import DECODERS
from kie_app.evaluation import report
from kie_app.evaluation.benchmark import LONGEST, OTHERS, Bench
from kie_app.evaluation.forms import form, receipt
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import build_prompt
from tests.conftest import make_backbone


@pytest.fixture(scope="module")
def measured() -> Bench:
    bench = Bench(make_backbone(), form_keys=(8,), stacks=(2,))
    bench.round()
    return bench


def test_every_decoder_is_measured_on_every_case(measured: Bench) -> None:
    rows = [row for case in measured.cases() for row in case.rows()]
    single = {(row["decoder"], row["keys"]) for row in rows if row["documents"] == 1}
    assert single == {(name, keys) for name in ("autoregressive", *OTHERS) for keys in (4, 8)}
    stacked = {(row["decoder"], row["keys"]) for row in rows if row["documents"] == 2}
    assert stacked == {("autoregressive", 4), ("hyper_parallel", 4)}
    assert all(row["decode_ratio"] > 0 and row["total_ratio"] > 0 for row in rows)


def test_a_stack_is_compared_with_its_documents_one_by_one(measured: Bench) -> None:
    [stack] = measured.stacks
    [base] = stack.costs["autoregressive"]
    first = measured.receipt.costs["autoregressive"][0]
    assert base.decode > first.decode
    assert base.steps > 1.5 * first.steps


def test_a_stack_takes_the_passes_of_its_longest_branch(measured: Bench) -> None:
    [stack] = measured.stacks
    longest = max(len(value) for prompt in measured.receipts for value in prompt.forced or ())
    assert stack.costs["hyper_parallel"][0].steps == longest + 1


def test_hyper_parallel_steps_are_its_longest_branch(measured: Bench) -> None:
    longest = max(map(len, measured.receipts[0].forced or ()))
    assert measured.receipt.costs["hyper_parallel"][0].steps == longest + 1
    assert measured.receipt.share_of_bound() > 0


@pytest.mark.parametrize("name", ["autoregressive", "hyper_parallel", "verified"])
def test_token_by_token_decoders_write_the_forced_values(
    name: str, tiny_backbone: Backbone
) -> None:
    for made, keys in ((receipt(), 4), (form(), 8)):
        schema = made.schema(keys)
        prompt = build_prompt(tiny_backbone.text, made.document, schema, forced=made.values)
        assert prompt.forced
        decoded = DECODERS[name].decode(tiny_backbone, prompt, longest=LONGEST)
        assert tuple(one.tokens for one in decoded.keys) == prompt.forced


def test_the_table_shows_every_row_and_the_machine(measured: Bench) -> None:
    rows = [row for case in measured.cases() for row in case.rows()]
    text = report.speed(
        {
            "rows": rows,
            "pip_over_forward": 1.1,
            "hpd_over_bound": 0.8,
            "rekey_over_first": 0.1,
            "sample": "receipt",
            "repeats": 1,
            "machine": "A processor, 2 cores",
        }
    )
    assert "forced values" in text
    assert "A processor, 2 cores" in text
    assert sum(line.startswith(tuple(DECODERS)) for line in text.splitlines()) >= len(rows)
