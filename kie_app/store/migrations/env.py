"""Alembic runs this to migrate on the connection that `kie_app.store.migrating` hands over.

A new migration begins with

    python -c "from alembic import command; from kie_app.store.migrating import config; \
               command.revision(config(), 'what it changes', rev_id='0003')"

and is written by hand: its types are SQLAlchemy's own, since those of `tables.py` change later.
"""

from __future__ import annotations

from alembic import context

from kie_app.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
