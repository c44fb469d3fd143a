// Saves of the Review tab, which are kept until they are known to have arrived: whatever is said of
// a field waits in an outbox until the server has answered. The outbox and unsaved text lie in the
// session's storage, so that a reload or a dead server costs nothing.

const PATIENCE = 15000;  // milliseconds that an answer may take
const AGAIN = 5000;  // milliseconds until what got no answer is sent again, unless the server says
const QUIET = 1000;  // milliseconds after a save before the whole queue is read again
const STORE = 'onepass.review';
const NOT_SAVED = {text: 'not saved', mood: 'bad'};
const SILENCE = 'The server does not answer, or you are no longer logged in.';

const memory = recall();
const drafts = new Map(memory.drafts);  // name of a field -> {text, lines}
const news = new Map();  // name of a field -> {text, mood}
const refusals = new Map();  // name of a function -> the HTTP answer in the place of its own
let sending = null, waking = 0, trying = 0, arrivals = 0;

function recall() {
  const fresh = {order: '', document: '', here: false, drafts: [], outbox: []};
  try {
    return {...fresh, ...JSON.parse(sessionStorage.getItem(STORE))};
  } catch {
    return fresh;
  }
}

function keep() {
  memory.drafts = [...drafts];
  try {
    sessionStorage.setItem(STORE, JSON.stringify(memory));
  } catch { /* no room or not allowed: then only what is not saved yet is lost by a reload */ }
}

// Gradio tells its console alone that the server answered with an error, so listen in.
const fetched = window.fetch;
window.fetch = async (...request) => {
  const answer = await fetched(...request);
  if (!answer.ok && String(request[0]).includes('/component_server')) {
    refusals.set(JSON.parse(request[1].body).fn_name, answer);
  }
  return answer;
};

async function call(name, sent) {
  const late = new Promise(done => { setTimeout(done, PATIENCE); });
  refusals.delete(name);
  try {
    return await Promise.race([server[name](sent), late]);
  } catch {
    return undefined;
  }
}

function why(name) {
  // In words, why the function gave no answer.
  const status = refusals.get(name)?.status;
  if (!status) return SILENCE;
  if (status === 401) return 'You are no longer logged in.';
  if (status === 429) return 'Too many requests were made.';
  return `The server answered with an error (${status}).`;
}

// Milliseconds until the function is worth calling again.
const pause = name => 1000 * refusals.get(name)?.headers.get('Retry-After') || AGAIN;

// Secure contexts alone have `randomUUID`; a page over plain HTTP in a local network is none.
const token = () => crypto.randomUUID ? crypto.randomUUID()
  : Array.from(crypto.getRandomValues(new Uint8Array(16)), n => n.toString(16).padStart(2, '0'))
    .join('');

// ---- the outbox

function send(field, how) {
  const text = box(field).value, lines = drafts.get(name(field))?.lines ?? [];
  const last = memory.outbox.findLast(said => said.name === name(field));
  if (!last || last.refused || last.how !== how || last.text !== text) {
    memory.outbox = memory.outbox.filter(said => !(said.refused && said.name === name(field)));
    memory.outbox.push({name: name(field), document: shown(), key: field.dataset.key, how, text,
      lines, seen: field.dataset.seen, prediction: Number(field.dataset.prediction),
      token: token()});
  }
  return flush();
}

// What the server refused is sent again when a person wants it.
const unsent = () => memory.outbox.some(said => !said.refused);

function flush() {
  sending ??= deliver().finally(() => { sending = null; });
  return sending;
}

async function deliver() {
  const tried = new Set();
  clearTimeout(trying);
  for (let said; (said = memory.outbox.find(other => !other.refused && !tried.has(other)));) {
    tried.add(said);
    news.set(said.name, {text: 'saving\u2026', mood: ''});
    keep();
    dressAll();
    const answer = await call('review_correct', said);
    if (answer && !answer.error) {
      await arrived(said, answer);
      continue;
    }
    news.delete(said.name);
    said.reason = answer ? answer.error : why('review_correct');
    said.refused = Boolean(answer);
    if (answer) trigger('refused', {message: answer.error});
    else break;
  }
  if (unsent()) trying = setTimeout(flush, pause('review_correct'));
  memory.outbox.forEach(said => { said.reason ||= why('review_correct'); });
  keep();
  dressAll();
  return !memory.outbox.some(said => said.document === shown());
}

async function arrived(said, answer) {
  arrivals += 1;
  memory.outbox = memory.outbox.filter(other => other !== said);
  const draft = drafts.get(said.name);
  if (!answer.changed && (!draft || draft.text === said.text)) drafts.delete(said.name);
  // A word alone ("absent", "illegible") is no draft: it has to be said again, knowing this.
  const written = said.how === 'confirm';
  if (answer.changed && written && !draft) {
    drafts.set(said.name, {text: said.text, lines: said.lines});
  }
  if (answer.changed && !written) drafts.delete(said.name);
  const over = {confirm: 'Enter saves yours over it', undo: 'undo again takes it back'}[said.how]
    ?? `say ${said.how} again to save it`;
  news.set(said.name, answer.changed
    ? {text: `changed elsewhere, shown as it stands: ${over}`, mood: 'bad'}
    : {text: said.how === 'undo' ? 'taken back' : 'saved', mood: 'good'});
  keep();
  if (said.document !== shown()) return dressAll();
  await render(answer.parts);
  clearTimeout(waking);
  waking = setTimeout(refreshQueue, QUIET);
  const field = fields().find(other => name(other) === said.name);
  if (!field) return;
  // What this person said next was said knowing this, unless something else stands here now.
  if (!answer.changed) {
    memory.outbox.filter(other => other.name === said.name)
      .forEach(other => { other.seen = field.dataset.seen; });
  }
  say(`${said.key}: ${answer.changed ? 'changed elsewhere' : field.dataset.state}`);
}

function again() {
  memory.outbox.forEach(said => { said.refused = false; });
  return flush();
}

function letGo() {
  memory.outbox = memory.outbox.filter(said => {
    if (said.reason) drafts.delete(said.name);
    return !said.reason;
  });
  keep();
  dressAll();
}
