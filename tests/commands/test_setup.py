"""What commands begin with: settings that can be read."""

from __future__ import annotations

import pytest

from tests.commands.calling import refusal, run


def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEPASS_MAX_KEYS", "many")
    line = refusal(run("extract", "missing.png", "--keys", "total"))
    assert "ONEPASS_MAX_KEYS is 'many'" in line
