"""Install requirement files with uv, which takes seconds where pip takes minutes.

python dev/install.py REQUIREMENTS... [--no-deps]      into the environment of this Python

uv reads none of pip's settings, so pip's indexes, links and certificates, from its files or from
PIP_ variables, are handed on; what UV_ variables say comes first.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

# pip's setting -> uv's variable.
SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
SETTING = re.compile(r"^(?:global|install|:env:)\.(?P<name>[\w.-]+)='(?P<value>.*)'$", re.MULTILINE)


def handed_on(listed: str) -> dict[str, str]:
    """uv's variables from what `pip config list` prints; of one setting the last line wins."""
    found = {one["name"].lstrip("."): one["value"] for one in SETTING.finditer(listed)}
    return {
        variable: " ".join(found[name].replace("\\n", " ").split())
        for name, variable in SETTINGS.items()
        if found.get(name, "").strip()
    }


def main(arguments: list[str]) -> int:
    """uv's exit status."""
    pip = [sys.executable, "-m", "pip"]
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=True)
    # Of a version that several indexes have pip takes the best, uv by itself that of the first.
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match", **handed_on(listed.stdout)}
    options = [one for one in arguments if one.startswith("--")]
    files = [word for one in arguments if not one.startswith("--") for word in ("-r", one)]
    install = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", sys.executable]
    return subprocess.run([*install, *options, *files], env={**settings, **os.environ}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
