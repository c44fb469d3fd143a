"""A name is one user's; who is there stays as they are; every process sees the same users."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kie_app.store import NewUser, Store
from tests.store import anything, children
from tests.store.anything import same_store
from tests.store.things import Place

ADA = NewUser("ada", "admin", "hash of ada")
BOB = NewUser("bob", "user", "hash of bob")
NEW = st.builds(NewUser, anything.ANY_TEXT, anything.ANY_TEXT, anything.ANY_TEXT)


def entered(store: Store) -> list[tuple[str, str, str]]:
    return [(one.name, one.role, one.hash) for one in store.users.everybody()]


@same_store
@given(NEW)
def test_any_user_is_found_until_removed(store: Store, new: NewUser) -> None:
    before = datetime.now(UTC)
    assert store.users.add([new]) == []
    found = store.users.find(new.name)
    assert found is not None
    assert (found.name, found.role, found.hash) == (new.name, new.role, new.hash)
    assert before <= found.changed <= datetime.now(UTC)
    assert store.users.remove(new.name)
    assert store.users.find(new.name) is None


def test_everybody_is_listed_by_name(store: Store) -> None:
    names = ["b", "C", "a", "a-b", "a_b", "ab"]
    store.users.add([NewUser(name, "user", "x") for name in names])
    assert [one.name for one in store.users.everybody()] == sorted(names)


def test_who_is_there_stays_as_they_are_and_is_named(store: Store) -> None:
    store.users.add([ADA])
    again = [NewUser("ada", "user", "another"), BOB, NewUser("bob", "admin", "a second bob")]
    assert store.users.add(again) == ["ada", "bob"]
    assert entered(store) == [("ada", "admin", "hash of ada"), ("bob", "user", "hash of bob")]


def test_removing_nobody_changes_nothing(store: Store) -> None:
    store.users.add([ADA])
    assert not store.users.remove("bob")
    assert entered(store) == [("ada", "admin", "hash of ada")]


def test_what_one_process_changes_another_sees_at_once(store: Store, place: Place) -> None:
    other = Store.open(place.url, place.files)
    assert store.users.find("ada") is None
    other.users.add([ADA])
    assert store.users.find("ada") == other.users.find("ada") is not None
    other.users.remove("ada")
    assert store.users.find("ada") is None
    other.close()


def test_processes_that_enter_the_same_names_enter_each_once(store: Store, place: Place) -> None:
    start, names = children.barrier(2), [f"user{number}" for number in range(100)]
    both = [(place, start, "user", names), (place, start, "admin", names[::-1])]
    assert children.run(children.enter_users, both) == [0, 0]
    users = store.users.everybody()
    assert {one.name for one in users} == set(names)
    assert len(users) == len(names)
    assert len({one.role for one in users}) == 1  # the first to write, whole


def test_no_hash_is_shown_by_accident(store: Store) -> None:
    store.users.add([ADA])
    assert "hash of" not in f"{ADA!r} {store.users.everybody()!r}"
