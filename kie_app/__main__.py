"""python -m kie_app: the command line."""

from kie_app.commands.main import app

app(prog_name="python -m kie_app")
