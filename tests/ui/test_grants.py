"""A token opens one document for one user."""

from __future__ import annotations

from kie_app.ui.grants import Grants


def test_a_token_opens_its_documents_newest_for_its_user_alone() -> None:
    grants = Grants()
    token = grants.enter("ada")
    assert not grants.allows(token, "ada", "")
    for document in ("first", "second"):
        assert grants.allow(token, "ada", document) == token
        assert grants.allows(token, "ada", document)
        assert not grants.allows(token, "bob", document)
        assert not grants.allows(token, "", document)
    assert not grants.allows(token, "ada", "first")
    grants.leave(token)
    assert not grants.allows(token, "ada", "second")


def test_nobody_takes_over_a_token() -> None:
    grants = Grants()
    hers = grants.allow("", "ada", "document")
    his = grants.allow(hers, "bob", "document")
    assert his != hers
    assert grants.allows(hers, "ada", "document")
    assert grants.allows(his, "bob", "document")
    assert not grants.allows(hers, "bob", "document")


def test_a_token_is_not_of_the_askers_choosing() -> None:
    grants = Grants()
    assert grants.allow("chosen", "ada", "document") != "chosen"
    assert not grants.allows("chosen", "ada", "document")


def test_nobody_in_particular_sees_nothing() -> None:
    grants = Grants()
    assert not grants.allows(grants.allow("", "", "document"), "", "document")


def test_only_the_newest_visitors_are_remembered() -> None:
    grants = Grants(limit=2)
    first, second, third = (grants.enter("ada") for _ in range(3))
    tokens = [grants.allow(token, "ada", "document") for token in (second, third)]
    assert tokens == [second, third]
    assert not grants.allows(first, "ada", "document")
    assert all(grants.allows(token, "ada", "document") for token in tokens)
