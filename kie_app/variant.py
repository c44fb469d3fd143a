"""The variants of docs/ablation.md, for its runs only: ONEPASS_VARIANT=bidirectional,joint.

`bidirectional`: the document's tokens see the whole document. `joint`: the slot blocks see each
other and stand one behind the other, as in the PIP paper's template.
"""

import os

CHOSEN = frozenset(filter(None, os.environ.get("ONEPASS_VARIANT", "").split(",")))
BIDIRECTIONAL, JOINT = "bidirectional" in CHOSEN, "joint" in CHOSEN
assert not CHOSEN - {"bidirectional", "joint"}, CHOSEN
