"""Who asks, over HTTP: a gate before every address, and the ways to log in.

access = open_access(settings, store.users)     chosen once: a login, or everybody is `LOCAL`
access.guard(server, colours)       from here on nobody unknown gets past the gate
limit(server, settings)             behind the gate, so called before it: how much one may ask
user_of(request)                    anywhere behind it: who asks
"""

from kie_app.access.gate import name_of, user_of
from kie_app.access.limits import limit
from kie_app.access.opening import Access, Everybody, open_access

__all__ = ["Access", "Everybody", "limit", "name_of", "open_access", "user_of"]
