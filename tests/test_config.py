"""Settings that cannot be read end in one line that names the variable and the remedy."""

from __future__ import annotations

import pytest

from kie_app.config import Settings
from kie_app.errors import DataError


def test_a_setting_is_read_from_its_variable(monkeypatch):
    monkeypatch.setenv("ONEPASS_MAX_PAGES", "7")
    assert Settings.from_env().max_pages == 7


@pytest.mark.parametrize(
    ("variable", "value"), [("ONEPASS_PORT", "abc"), ("ONEPASS_LOGIN", "perhaps")]
)
def test_a_wrong_value_is_named(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(DataError, match=rf"^{variable} is '{value}' \(.*\): correct it"):
        Settings.from_env()


def test_a_login_that_is_no_longer_read_does_not_leave_the_app_open(monkeypatch):
    monkeypatch.setenv("ONEPASS_AUTH", "users.txt")
    with pytest.raises(DataError, match="users import FILE`, set ONEPASS_LOGIN=yes"):
        Settings.from_env()
