"""Slots begin with what the likeliest runs have at their places: against plain loops."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app.model import seeds
from kie_app.model.heads import Heads
from kie_app.model.seeds import CANDIDATES, LIKELY, MOST_SLOTS, SPARE_SLOTS, Content, Found
from tests.conftest import make_document, seeded_backbone

HIDDEN = 6


def content_of(words: list[list[int]], seed: int) -> Content:
    """A page of words made of these tokens; the last row is of end-of-value, token 0."""
    torch.manual_seed(seed)
    flat = [token for word in words for token in word]
    ends = torch.tensor([len(word) for word in words], dtype=torch.long).cumsum(0)
    first = ends - torch.tensor([len(word) for word in words], dtype=torch.long)
    rows = torch.randn(len(flat) + 1, HIDDEN)
    return Content(torch.randn(len(words), 4), rows, torch.tensor([*flat, 0]), first, ends - 1)


def naive(
    content: Content, words: list[list[int]], scores: torch.Tensor, none: float, places: int
) -> list[torch.Tensor]:
    """One block's seeds, run by run and slot by slot."""
    weights = {
        (a, b): math.exp(scores[a, b])
        for a in range(len(words))
        for b in range(a, len(words))
        if scores[a, b] > -math.inf
    }
    total = sum(weights.values()) + math.exp(none)
    best = sorted(weights, key=lambda run: -weights[run])[:CANDIDATES]

    def text(run: tuple[int, int]) -> list[int]:
        return [token for word in words[run[0] : run[1] + 1] for token in word]

    kept = [
        run for run in best if all(x == y for x, y in zip(text(run), text(best[0]), strict=False))
    ]
    out = []
    for place in range(places):
        seed = math.exp(none) / total * content.rows[-1]
        for run in kept:
            at = int(content.first[run[0]]) + place
            row = content.rows[at] if place < len(text(run)) else content.rows[-1]
            seed = seed + weights[run] / total * row
        out.append(seed)
    return out


def scores_of(count: int, words: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    scores = torch.randn(count, words, words) * 2
    order = torch.arange(words)
    return scores.masked_fill(order[None, :] < order[:, None], -torch.inf), torch.randn(count)


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3), min_size=1, max_size=6),
    seed=st.integers(0, 99),
    places=st.lists(st.integers(1, 7), min_size=1, max_size=3),
)
def test_seeds_equal_those_of_a_plain_loop(
    words: list[list[int]], seed: int, places: list[int]
) -> None:
    content = content_of(words, seed)
    scores, none = scores_of(len(places), len(words), seed)
    found = seeds.find(content, scores, none)
    blocks = torch.tensor([k for k, count in enumerate(places) for _ in range(count)])
    at = torch.tensor([place for count in places for place in range(count)])
    expected = [
        one
        for k, count in enumerate(places)
        for one in naive(content, words, scores[k], float(none[k]), count)
    ]
    fast = seeds.seeded(content.rows, found, blocks, at)
    torch.testing.assert_close(fast, torch.stack(expected), atol=1e-5, rtol=1e-5)


def test_a_page_without_words_seeds_the_end_alone() -> None:
    content = content_of([], 0)
    found = seeds.find(content, torch.zeros(1, 0, 0), torch.zeros(1))
    assert found.slots().tolist() == [0]
    at = torch.arange(2)
    torch.testing.assert_close(
        seeds.seeded(content.rows, found, torch.zeros(2, dtype=torch.long), at),
        content.rows[-1].expand(2, -1),
    )


def test_a_block_gets_the_slots_that_its_longest_likely_run_needs() -> None:
    found = Found(
        start=torch.zeros(3, 2, dtype=torch.long),
        length=torch.tensor([[4, 9], [4, 9], [MOST_SLOTS, 5]]),
        weight=torch.tensor([[0.6, LIKELY], [0.6, LIKELY / 2], [0.9, 0.0]]),
        none=torch.zeros(3),
    )
    assert found.slots().tolist() == [9 + SPARE_SLOTS, 4 + SPARE_SLOTS, MOST_SLOTS]


def test_seeds_come_and_go_with_the_weights() -> None:
    with_seeds, without = Heads(16), Heads(16)
    with_seeds.add_seeds()
    taken = Heads(16)
    taken.fit(with_seeds.state_dict())
    assert taken.seed is not None
    taken = Heads(16)
    taken.fit(without.state_dict())
    assert taken.seed is None
    fresh = Heads(16)
    fresh.add_seeds()
    fresh.fit(without.state_dict())  # what is trained on from here on
    assert torch.equal(fresh.mask, without.mask)
    assert fresh.seed is not None
    assert with_seeds.seed is not None
    assert torch.equal(fresh.seed.slot, with_seeds.seed.slot), "the same in every process"


@pytest.mark.parametrize("name", ["seed.slot", "pointer.no_run.weight"])
def test_weights_that_do_not_fit_are_named(name: str) -> None:
    heads = Heads(16)
    heads.add_seeds()
    whole = heads.state_dict()
    with pytest.raises(ValueError, match=f"{name} is missing"):
        Heads(16).fit({key: one for key, one in whole.items() if key != name})
    with pytest.raises(ValueError, match=f"{name}s is not known"):
        Heads(16).fit({**whole, f"{name}s": whole[name]})
    with pytest.raises(ValueError, match=rf"{name} has the shape .*, not "):
        Heads(16).fit({**whole, name: whole[name][..., :-1]})


def test_what_a_document_offers_depends_on_it_alone_and_is_kept_with_it() -> None:
    from kie_app.model.tokens import tokenise

    backbone = seeded_backbone()
    document = tokenise(backbone.text, make_document(3))
    with torch.inference_mode():
        alone = backbone.encode(document).content
        asked = backbone.encode(document, (5, 6, 7)).content
    assert alone is not None
    assert asked is not None
    assert alone.tokens.tolist()[-1] == backbone.text.end
    count = sum(b - a + 1 for a, b in zip(document.first, document.last, strict=True))
    assert len(alone.rows) == len(alone.tokens) == count + 1
    for one, other in zip(vars(alone).values(), vars(asked).values(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
