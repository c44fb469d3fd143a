// The fields of the Review tab: text boxes, keys, the way from field to field and from document to
// document. What the server says of the fields is in their data attributes; what a person is doing
// is laid over it.

const past = [];  // documents that were open before
let chosen = '', trouble = '', retry = null, place = 0, asking = 0;

// ---- fields

const shown = () => props.value.document;
const order = () => memory.order || props.value.order;
const fields = () => all('.field');
const box = field => one('textarea', field);
const nameIn = (document, key) => JSON.stringify([document, key]);
const name = field => nameIn(shown(), field.dataset.key);
const pending = field => memory.outbox.some(said => said.name === name(field));
const edited = field => box(field).value !== field.dataset.value
  || Boolean(drafts.get(name(field))?.lines.length);
const verified = field => field.dataset.state !== 'predicted';
const current = () => fields().find(field => field.dataset.key === chosen);
const say = text => { one('[role=status]').textContent = text; };

function dress(field) {
  // The server's HTML again as this person sees it: their text, what became of their saves.
  const draft = drafts.get(name(field)), text = draft ? draft.text : field.dataset.value;
  const failed = memory.outbox.some(said => said.name === name(field) && said.reason);
  const area = box(field), told = failed ? NOT_SAVED : news.get(name(field));
  if (area.value !== text) area.value = text;
  field.classList.toggle('edited', edited(field));
  field.classList.toggle('chosen', field.dataset.key === chosen);
  const left = edited(field) && !told ? {text: 'not saved yet: Enter saves', mood: ''} : told;
  const line = one('.news', field);
  line.textContent = left ? left.text : '';
  line.dataset.mood = left ? left.mood : '';
  if (!CSS.supports('field-sizing', 'content')) {
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  }
}

function dressAll() {
  fields().forEach(dress);
  drawSpots(fields(), current());
  showZoom();
  one('.sorting').value = order();
  one('.review').classList.toggle('closed', !shown());
  const failed = memory.outbox.filter(said => said.reason);
  const keys = failed.map(said => JSON.parse(said.name)[1]).join(', ');
  const seconds = Math.ceil(pause('review_correct') / 1000);
  const later = `kept, and sent again by itself in ${seconds} s`;
  const kept = failed.some(said => !said.refused) ? later : 'kept';
  const text = failed.length ? `Not saved: ${keys}. ${failed[0].reason} Your text is ${kept}.`
    : trouble;
  one('.trouble').hidden = !text;
  one('.trouble span').textContent = text;
  one('.again').hidden = !failed.length && !retry;
  one('.let-go').hidden = !failed.length;
  const back = one('.back');
  if (back) back.hidden = !past.length;
  const at = waiting().indexOf(shown());
  if (at >= 0) place = at;
}

async function render(parts) {
  props.value = {...props.value, ...parts};
  await null;  // Gradio draws in a microtask that was queued before this one
  dressAll();
}

function choose(field) {
  if (!field) return;
  chosen = field.dataset.key;
  fields().forEach(dress);
  drawSpots(fields(), field);
  scrollTo(one('.spot.lit'));
}

function enter(field) {
  if (!field) return;
  box(field).focus({preventScroll: true});
  box(field).select();
  field.scrollIntoView({block: 'nearest'});
}

function write(field, text, lines) {
  // The same text taken from a line of the page says where it stands.
  if (text === field.dataset.value && !lines.length) drafts.delete(name(field));
  else drafts.set(name(field), {text, lines});
  news.delete(name(field));
  keep();
  dress(field);
}

function restore(field) {
  memory.outbox = memory.outbox.filter(said => !(said.reason && said.name === name(field)));
  write(field, field.dataset.value, []);
  dressAll();
}

function walk(field, step) {
  const texts = all('.reading b', field).map(reading => reading.textContent);
  if (!texts.length) return;
  const at = texts.indexOf(box(field).value);
  const next = at < 0 && step < 0 ? texts.length - 1 : at + step;
  write(field, texts[(next + texts.length) % texts.length], []);
  box(field).select();
}

function take(lines) {
  const field = current() || fields()[0];
  if (!field) return;
  choose(field);
  const text = lines.map(line => line.textContent.trim()).filter(Boolean).join(' ');
  write(field, text, lines.map(line => Number(line.dataset.line)));
  box(field).focus({preventScroll: true});
  say(`${field.dataset.key}: ${text}`);
}

// ---- from field to field, and from document to document

async function goOn(field) {
  const left = fields().filter(other => other !== field && !verified(other) && !pending(other));
  const after = Node.DOCUMENT_POSITION_FOLLOWING;
  const next = left.find(other => field.compareDocumentPosition(other) & after) || left[0];
  if (next) return enter(next);
  const from = shown();
  if (!await flush() || from !== shown()) return;
  const unsaved = fields().find(other => !verified(other) || edited(other));
  if (unsaved) enter(unsaved);
  else await goNext();
}

const waiting = () => all('.item').map(item => item.dataset.document);

async function refreshQueue() {
  clearTimeout(waking);
  const answer = await call('review_queue', {order: order(), document: shown()});
  if (answer && !answer.error) await render(answer.parts);
}

async function goNext() {
  // What waited a moment ago will do: opening a document tells what waits now.
  const ids = waiting(), at = ids.indexOf(shown());
  let next = at < 0 ? ids[place] ?? ids[0] : ids[(at + 1) % ids.length];
  if (!next || next === shown()) {
    await refreshQueue();
    next = waiting().find(id => id !== shown());
  }
  if (next) return open(next, true);
  say('No other document waits.');
  one('.item, .sorting').focus();
}

function goBack() {
  const before = past.pop();
  if (before) open(before, true, true);
}

async function open(id, focus, back) {
  const mine = ++asking;
  if (unsent()) await flush();
  const known = arrivals;
  const answer = await call('review_open', {document: id, order: order()});
  if (mine !== asking) return;
  if (known !== arrivals) return open(id, focus, back);  // older than what was saved meanwhile
  trouble = answer ? answer.error || '' : `The document was not opened. ${why('review_open')}`;
  retry = answer ? null : () => open(id, focus, back);
  if (trouble) return notOpened(id, focus, Boolean(answer));
  const before = shown();
  // An old page must not stand behind new boxes while its image is on the way.
  if (answer.parts.document !== before) await render({leaves: ''});
  await render(answer.parts);
  if (before && before !== shown() && !back) past.push(before);
  opened(before !== shown(), focus);
}

async function notOpened(id, focus, refused) {
  // A document that is gone gives way to the queue, which says what there is.
  const why = trouble;
  if (refused) trigger('refused', {message: why});
  if (refused && id) await open('', focus);
  trouble = why;
  dressAll();
}

function opened(anew, focus) {
  memory.document = shown();
  keep();
  if (anew) {
    news.clear();
    zoomTo(1);
    leaves().scrollTo({left: 0, top: 0, behavior: 'instant'});
  }
  const first = fields().find(field => !verified(field)) || fields()[0];
  choose((!anew && current()) || first);
  // On a touch screen the focus would bring the keyboard up, over the page.
  if (focus && !matchMedia('(pointer: coarse)').matches) enter(current());
}

// ---- what a person does

const ACTS = {
  confirm: field => {
    if (verified(field) && !edited(field) && !pending(field)) return goOn(field);
    send(field, 'confirm');
    return goOn(field);
  },
  absent: field => { write(field, '', []); send(field, 'absent'); return goOn(field); },
  illegible: field => { write(field, '', []); send(field, 'illegible'); return goOn(field); },
  undo: field => { drafts.delete(name(field)); return send(field, 'undo'); },
};

// The letter on the key, also where Alt writes another sign with it.
const letter = event => /^[a-z]$/i.test(event.key)
  ? event.key.toLowerCase() : event.code.replace('Key', '').toLowerCase();

function keyed(event) {
  const area = event.target.closest('.field textarea');
  const field = area ? area.closest('.field') : null;
  if (event.isComposing) return false;
  if (event.altKey && !event.ctrlKey && !event.metaKey) return altKey(event, field || current());
  if (event.target.closest('.leaves')) return zoomKey(event);
  if (!field) return false;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && letter(event) === 'z') {
    if (edited(field) || !verified(field)) return false;  // the browser's own undo of typing
    ACTS.undo(field);
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey) return false;
  const act = {
    Enter: ACTS.confirm, Escape: restore,
    ArrowDown: () => walk(field, 1), ArrowUp: () => walk(field, -1),
  }[event.key];
  if (act) act(field);
  return Boolean(act);
}

function altKey(event, field) {
  const key = letter(event);
  if (key === 'n') goNext();
  else if (key === 'p') goBack();
  else if (field && key === 'a') ACTS.absent(field);
  else if (field && key === 'i') ACTS.illegible(field);
  else if (field && key === 'z' && verified(field)) ACTS.undo(field);
  else return zoomKey(event);
  return true;
}

function clicked(target) {
  const field = target.closest('.field'), act = target.closest('[data-act]');
  const item = target.closest('.item'), goto = target.closest('[data-goto]');
  const print = target.closest('.print'), way = target.closest('[data-zoom]');
  if (field && act) { choose(field); ACTS[act.dataset.act](field); }
  else if (field && target.closest('.reading')) {
    write(field, one('b', target.closest('.reading')).textContent, []);
    enter(field);
  } else if (item) open(item.dataset.document, true);
  else if (goto) scrollTo(one(`.leaf[data-page="${goto.dataset.goto}"]`));
  else if (print) take([print]);
  else if (way) ZOOMS[way.dataset.zoom]();
  else if (target.closest('.next')) goNext();
  else if (target.closest('.back')) goBack();
  else if (target.closest('.again')) { if (memory.outbox.length) again(); else retry?.(); }
  else if (target.closest('.let-go')) letGo();
}

element.addEventListener('keydown', event => { if (keyed(event)) event.preventDefault(); });
element.addEventListener('click', event => clicked(event.target));
element.addEventListener('focusin', event => choose(event.target.closest('.field')));
element.addEventListener('input', event => {
  const field = event.target.closest('.field'), text = event.target.value;
  if (field) write(field, text, text ? drafts.get(name(field))?.lines ?? [] : []);
});
element.addEventListener('change', event => {
  if (!event.target.closest('.sorting')) return;
  memory.order = event.target.value;
  keep();
  if (shown()) refreshQueue();
  else open('', false);
});
// A line that is clicked leaves the focus in the box that gets its text.
element.addEventListener('mousedown', event => {
  if (event.target.closest('.print') || event.button === 1) event.preventDefault();
});
element.addEventListener('pointerdown', startDrag);
window.addEventListener('pointermove', moveDrag);
window.addEventListener('pointerup', event => endDrag(event, take));
window.addEventListener('pointercancel', event => endDrag(event, () => {}));

// ---- coming and going: what stands is read anew whenever the board comes into sight

const inSight = () => element.isConnected && element.offsetParent !== null;
const refresh = focus => open(shown() || memory.document, focus);

new IntersectionObserver(() => {
  const here = inSight();
  if (document.hidden || here === memory.here && shown()) return;
  memory.here = here;
  keep();
  if (here) refresh(true);
}).observe(element);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && inSight()) refresh(false);
});
watch('value', () => {  // another tab opens a document here
  trouble = '';
  dressAll();
  opened(true, inSight());
  if (props.value.order !== order()) refreshQueue();
});
