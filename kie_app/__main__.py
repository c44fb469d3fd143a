"""python -m kie_app: the command line."""

from kie_app.cli import app

app(prog_name="python -m kie_app")
