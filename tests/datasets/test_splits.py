"""What looks alike stays on one side, and every document is on one."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kie_app.datasets.labelled import Labelled
from kie_app.datasets.splits import VALIDATION_SHARE, of_split, split_of_shop


def item(number: int, group: str = "", company: str = "") -> Labelled:
    entities: dict[str, str | list[str]] = {"company": company} if company else {"total": "1"}
    return Labelled(str(number), Path("x"), entities, (), 1, 1, group=group)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1))
def test_groups_stay_together_and_no_more_than_a_share_is_kept(groups: list[str]) -> None:
    items = [item(number, group) for number, group in enumerate(groups)]
    train, held = of_split(items, "train"), of_split(items, "validation")
    assert {one.group for one in train}.isdisjoint({one.group for one in held})
    assert sorted(train + held, key=lambda one: int(one.id)) == items == of_split(items, "all")
    assert len(held) <= round(len(items) / VALIDATION_SHARE)


def test_a_group_that_is_most_of_a_folder_is_trained_on() -> None:
    items = [item(number, "large" if number < 40 else f"small {number}") for number in range(50)]
    held = of_split(items, "validation")
    assert len(held) == 10
    assert all(one.group != "large" for one in held)


def test_without_groups_each_is_on_its_shops_side_whatever_else_there_is() -> None:
    items = [item(number, company=f"{number} shop") for number in range(60)]
    for side in ("train", "validation"):
        found = of_split(items, side)
        assert found == [one for one in items if split_of_shop(one) == side] != []
        assert of_split(items[:7], side) == [one for one in items[:7] if one in found]
