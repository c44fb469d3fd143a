"""The stage of the race: the page on the left, PIP in the middle, the other arms on the right.

One `gr.HTML` whose value maps each part to its HTML, so that an update sends only what changed.
`stage.js` links fields with their boxes and plays the race again from its recorded times.
"""

from __future__ import annotations

from pathlib import Path

from kie_app.decoding import DECODERS, DEFAULT_ARMS, PIP
from kie_app.types import Document, Schema
from kie_app.ui.race import arms
from kie_app.ui.race.state import Arm, Race
from kie_app.ui.shared import page_viewer

SCRIPT = Path(__file__).with_name("stage.js").read_text("utf-8")

_OTHERS = "".join(f"${{value.{decoder}}}" for decoder in DECODERS if decoder != PIP)

# Only `${}` is used: what it inserts is not evaluated again, as text in `{{}}` would be.
TEMPLATE = f"""
<section class="stage" aria-label="Race">
  <div class="bar">
    <span class="badge" data-mode="${{value.mode}}">${{value.badge}}</span>
    <span class="order">Arms run one after the other. All times are the server's.</span>
    <span class="controls">
      <button type="button" class="replay" ${{value.mode === 'done' ? '' : 'disabled'}}>
        Replay</button>
      <label>Speed <select class="speed">
        <option value="0.25">0.25&times;</option><option value="0.5">0.5&times;</option>
        <option value="1" selected>1&times;</option><option value="2">2&times;</option>
        <option value="4">4&times;</option>
      </select></label>
    </span>
  </div>
  <p class="sr" role="status" aria-live="polite"></p>
  <div class="paper">${{value.page}}</div>
  <div class="first">${{value.{PIP}}}</div>
  <div class="rest">{_OTHERS}</div>
</section>
"""

BADGES = {"idle": "no race yet", "live": "live", "done": "recorded"}


def render(
    race: Race | None, document: Document | None, kept: str, running: bool
) -> dict[str, str]:
    """Every part of the stage as it stands."""
    mode = "live" if running else "done" if race and race.extractions else "idle"
    shown = race or _IDLE
    parts = dict.fromkeys(DECODERS, "")
    parts |= {arm.decoder: arms.render(arm, shown) for arm in shown.arms}
    page = page_viewer.render(document, kept, shown.extractions)
    return {"mode": mode, "badge": BADGES[mode], "page": page, **parts}


_IDLE = Race(Schema("none", ()), tuple(Arm(decoder, "idle") for decoder in DEFAULT_ARMS))
