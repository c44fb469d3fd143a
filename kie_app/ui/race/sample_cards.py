"""The sample documents as cards; one click on a card runs the race."""

from __future__ import annotations

from collections.abc import Iterable

from kie_app.datasets.samples import Sample
from kie_app.ui.shared.formatting import count, safe

TEMPLATE = "${value}"

# `select` carries the sample's name, which the server looks up: it may be anything.
SCRIPT = """
element.addEventListener('click', event => {
  const card = event.target.closest('[data-sample]');
  if (!card) return;
  element.querySelectorAll('[data-sample]').forEach(
    other => other.setAttribute('aria-pressed', String(other === card)));
  trigger('select', {sample: card.dataset.sample});
});
"""


def render(samples: Iterable[Sample]) -> str:
    return f'<div class="cards">{"".join(_card(sample) for sample in samples)}</div>'


def _card(sample: Sample) -> str:
    kind = sample.path.suffix.lstrip(".").upper().replace("JPG", "JPEG")
    keys = ", ".join(key.name for key in sample.schema.keys)
    return (
        f'<button type="button" class="card" data-sample="{safe(sample.name)}" '
        f'aria-pressed="false" title="{safe(keys)}"><b>{safe(sample.title)}</b>'
        f"<span>{safe(kind)} \N{MIDDLE DOT} {count(len(sample.schema.keys), 'key')}</span></button>"
    )
