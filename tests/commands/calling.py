"""Calling the command line in process."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner, Result

from kie_app.commands.main import app


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def refusal(result: Result) -> str:
    """The one line of an error that ended in exit code 2."""
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    [line] = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def picture(*lines: str) -> bytes:
    """Lines of text as a PNG."""
    image = Image.new("RGB", (640, 80 + 60 * len(lines)), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((40, 40 + 60 * number), line, "black", ImageFont.load_default(32))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
