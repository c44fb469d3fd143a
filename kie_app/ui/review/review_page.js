// The page of the Review tab: zoom, pan, lines to click or to drag over, the places of values.
// `element` is the board's root and stays, its content is replaced: so listeners sit on the root.

const all = (selector, root = element) => Array.from(root.querySelectorAll(selector));
const one = (selector, root = element) => root.querySelector(selector);
const leaves = () => one('.leaves');

// ---- zoom

const LEAST = 0.25, MOST = 6, STEP = 1.25;
let zoom = 1;

function zoomTo(wanted, at) {
  // The point of the page at `at`, else in the middle, stays where it is.
  const view = leaves(), frame = view.getBoundingClientRect();
  const x = at ? at.clientX - frame.left : frame.width / 2;
  const y = at ? at.clientY - frame.top : frame.height / 2;
  const left = (view.scrollLeft + x) / zoom, top = (view.scrollTop + y) / zoom;
  zoom = Math.min(MOST, Math.max(LEAST, wanted));
  element.style.setProperty('--zoom', zoom);
  view.scrollTo({left: left * zoom - x, top: top * zoom - y, behavior: 'instant'});
  showZoom();
}

function showZoom() {
  one('.zoom output').textContent = `${Math.round(100 * zoom)} %`;
}

function zoomWhole() {
  const view = leaves(), leaf = one('.leaf');
  if (leaf) zoomTo(zoom * (view.clientHeight - 24) / leaf.getBoundingClientRect().height);
}

const ZOOMS = {
  in: () => zoomTo(zoom * STEP),
  out: () => zoomTo(zoom / STEP),
  whole: zoomWhole,
};

element.addEventListener('wheel', event => {
  if (!event.ctrlKey || !event.target.closest('.leaves')) return;
  event.preventDefault();
  zoomTo(zoom * Math.exp(-event.deltaY / 300), event);
}, {passive: false});

function zoomKey(event) {
  const way = {'+': 'in', '=': 'in', '-': 'out', '0': 'whole'}[event.key];
  if (!way || event.ctrlKey || event.metaKey) return false;
  ZOOMS[way]();
  return true;
}

// ---- the places of values

function drawSpots(fields, chosen) {
  all('.spot').forEach(spot => spot.remove());
  for (const field of fields) {
    for (const [page, x0, y0, x1, y1] of JSON.parse(field.dataset.spots)) {
      const leaf = one(`.leaf[data-page="${Number(page)}"]`);
      if (leaf) leaf.append(spotOf(field, [x0, y0, x1, y1], field === chosen));
    }
  }
}

function spotOf(field, [x0, y0, x1, y1], lit) {
  const spot = document.createElement('div');
  spot.className = lit ? 'spot lit' : 'spot';
  spot.style.left = `${100 * x0}%`;
  spot.style.top = `${100 * y0}%`;
  spot.style.width = `${100 * (x1 - x0)}%`;
  spot.style.height = `${100 * (y1 - y0)}%`;
  if (lit) {
    const name = document.createElement('span');
    name.textContent = field.dataset.key;
    if (x0 > 0.5) name.className = 'leftward';
    spot.append(name);
  }
  return spot;
}

function scrollTo(target) {
  // Inside the page's own frame: the window stays where it is.
  const view = leaves();
  if (!view || !target) return;
  const outer = view.getBoundingClientRect(), inner = target.getBoundingClientRect();
  const seen = inner.top >= outer.top && inner.bottom <= outer.bottom
    && inner.left >= outer.left && inner.right <= outer.right;
  if (seen) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  view.scrollTo({
    top: view.scrollTop + inner.top - outer.top - Math.max(0, outer.height - inner.height) / 2,
    left: view.scrollLeft + inner.left - outer.left - Math.max(0, outer.width - inner.width) / 2,
    behavior: calm ? 'instant' : 'smooth',
  });
}

// ---- drag: over lines it takes them, elsewhere it moves the page

let drag = null;

function touched(from, to) {
  // The lines of one page that the rectangle between two points meets, in reading order.
  const x0 = Math.min(from.x, to.x), x1 = Math.max(from.x, to.x);
  const y0 = Math.min(from.y, to.y), y1 = Math.max(from.y, to.y);
  return all('.print', drag.leaf).filter(line => {
    const box = line.getBoundingClientRect();
    return box.left <= x1 && box.right >= x0 && box.top <= y1 && box.bottom >= y0;
  });
}

function startDrag(event) {
  const view = event.target.closest('.leaves'), line = event.target.closest('.print');
  if (!view || event.pointerType === 'touch' || event.button > 1) return;
  const frame = view.getBoundingClientRect();
  const onBar = event.clientX - frame.left > view.clientWidth + 1
    || event.clientY - frame.top > view.clientHeight + 1;
  if (onBar) return;
  const from = {x: event.clientX, y: event.clientY};
  const lines = line && event.button === 0;
  drag = {from, view, leaf: line && line.closest('.leaf'), lines, moved: false,
    left: view.scrollLeft, top: view.scrollTop, pointer: event.pointerId};
}

function moveDrag(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const dx = event.clientX - drag.from.x, dy = event.clientY - drag.from.y;
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  drag.moved = true;
  if (drag.lines) {
    const met = new Set(touched(drag.from, {x: event.clientX, y: event.clientY}));
    all('.print').forEach(line => line.classList.toggle('taken', met.has(line)));
  } else {
    drag.view.classList.add('panning');
    drag.view.scrollTo({left: drag.left - dx, top: drag.top - dy, behavior: 'instant'});
  }
}

function endDrag(event, take) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const lines = drag.lines && drag.moved
    ? touched(drag.from, {x: event.clientX, y: event.clientY}) : [];
  drag.view.classList.remove('panning');
  all('.print.taken').forEach(line => line.classList.remove('taken'));
  drag = null;
  if (lines.length > 1) take(lines);  // a single one comes as a click
}
