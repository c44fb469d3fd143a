// Links fields with their boxes on the page, and replays a race from its recorded times.
// `element` is the stage's root and stays, its content is replaced: so listeners sit on the root.

const all = (selector, root = element) => Array.from(root.querySelectorAll(selector));
const say = text => { element.querySelector('[role=status]').textContent = text; };
const shown = seconds => seconds.toFixed(seconds < 10 ? 3 : 1) + ' s';

// ---- a field and its place on the page

function scrollTo(target) {
  const pages = element.querySelector('.pages');
  if (!pages || !target) return;
  const outer = pages.getBoundingClientRect(), inner = target.getBoundingClientRect();
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  pages.scrollTo({
    top: pages.scrollTop + inner.top - outer.top - (outer.height - inner.height) / 2,
    behavior: calm ? 'auto' : 'smooth',
  });
}

function pick(field) {
  const again = field.getAttribute('aria-pressed') === 'true';
  all('.pick[aria-pressed]').forEach(one => one.setAttribute('aria-pressed', 'false'));
  all('.box.lit').forEach(box => box.classList.remove('lit'));
  element.querySelector('.stage').classList.toggle('picking', !again);
  if (again) return say('');
  field.setAttribute('aria-pressed', 'true');
  const {key, arm, name} = field.dataset;
  const boxes = all('.box').filter(box => box.dataset.key === key && box.dataset.arm === arm);
  boxes.forEach(box => box.classList.add('lit'));
  scrollTo(boxes[0]);
  if (boxes.length) {
    say(`${name}: on page ${Number(boxes[0].closest('.page').dataset.page) + 1}`);
  } else {
    const absent = field.querySelector('.value.absent');
    say(`${name}: ${absent ? 'absent' : 'not located on the page'}`);
  }
}

// ---- the race again, on the clock of the recorded times

let playing = 0;

function setTime(time, slowest) {
  all('.arm[data-total]').forEach(arm => {
    const total = Number(arm.dataset.total), over = time >= total;
    arm.querySelector('.clock').textContent = shown(Math.min(time, total));
    arm.querySelector('.state').textContent = over ? 'done' : 'running';
    arm.querySelector('.lane i').style.width = `${100 * Math.min(time, total) / slowest}%`;
    arm.classList.toggle('unfinished', !over);
    all('.cell', arm).forEach(cell => {
      cell.classList.toggle('unwritten', Number(cell.dataset.at) > time);
    });
  });
}

function replay() {
  const totals = all('.arm[data-total]').map(arm => Number(arm.dataset.total));
  const slowest = Math.max(...totals, 0.001), mine = ++playing;
  const badge = element.querySelector('.badge');
  badge.dataset.mode = 'replay';
  badge.textContent = 'replay, recorded times';
  say('Replay of recorded times');
  let time = 0, last = performance.now();
  const tick = now => {
    if (mine !== playing) return;
    time += (now - last) / 1000 * Number(element.querySelector('.speed').value);
    last = now;
    setTime(Math.min(time, slowest), slowest);
    if (time < slowest) requestAnimationFrame(tick);
    else say('Replay over');
  };
  setTime(0, slowest);
  requestAnimationFrame(tick);
}

element.addEventListener('click', event => {
  const field = event.target.closest('button.pick');
  if (field) pick(field);
  const goto = event.target.closest('[data-goto]');
  if (goto) scrollTo(element.querySelector(`.page[data-page="${goto.dataset.goto}"]`));
  if (event.target.closest('.replay')) replay();
  const box = event.target.closest('.box');
  if (box) {
    const {key, arm} = box.dataset;
    all('button.pick').filter(one => one.dataset.key === key && one.dataset.arm === arm)
      .forEach(one => { pick(one); one.scrollIntoView({block: 'nearest'}); });
  }
});

// News from the server end a replay.
watch('value', () => { playing += 1; });
