"""The secret outlives a restart, is its owner's alone, and is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from kie_app.access.secret import SHORTEST, secret
from kie_app.config import Settings
from kie_app.errors import AccessError


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first = secret(settings)
    assert len(first) > SHORTEST
    assert secret(settings) == first
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert secret(Settings(data_dir=tmp_path / "other")) != first


def test_a_secret_of_the_environment_makes_no_file_and_is_not_shown(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret="s" * SHORTEST, oidc_client_secret="hush")
    assert secret(settings) == "s" * SHORTEST
    assert list(tmp_path.iterdir()) == []
    assert "sss" not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_short_or_lost_secret_is_told_without_it(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="ONEPASS_SECRET holds 6 characters") as told:
        secret(Settings(data_dir=tmp_path, secret="tiny-1"))
    assert "tiny-1" not in str(told.value)
    (tmp_path / "secret").write_text("tiny-2\n")
    with pytest.raises(AccessError, match="holds 6 characters") as told:
        secret(Settings(data_dir=tmp_path))
    assert "tiny-2" not in str(told.value)
    with pytest.raises(AccessError, match="ONEPASS_DATA_DIR"):
        secret(Settings(data_dir=tmp_path / "secret"))
