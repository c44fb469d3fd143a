// Files from a drop zone on their way to the server, counted, until `props.stop` is clicked.
// `element` is the zone's root.

const zone = element.querySelector('.drop'), input = zone.querySelector('input');
const line = zone.querySelector('[role=status]'), invitation = line.textContent;
let way = null;  // of what is being sent: its number of files, how many are over, what stops it

async function send(dropped) {
  const files = props.many ? dropped : dropped.slice(0, 1);
  if (!files.length) return;
  if (!props.many) {
    document.querySelectorAll('.card').forEach(card => card.setAttribute('aria-pressed', 'false'));
  }
  // A drop while others are on their way joins them.
  way ??= {files: 0, over: 0, stopper: new AbortController()};
  const mine = way, {signal} = mine.stopper, all = [];
  mine.files += files.length;
  zone.classList.add('busy');
  for (const file of files) {
    line.textContent = `Sending ${mine.over + 1} of ${mine.files}: ${file.name}. Stop ends it.`;
    all.push(await sent(file, props.limit, signal));
    if (signal.aborted) return;
    mine.over += 1;
  }
  if (mine.over === mine.files) rest(invitation);
  hand(all);
}

function hand(all) {
  const [one] = all;
  if (props.many || one.upload) {
    props.value = props.many ? all : one;
    trigger('upload');
  } else {
    trigger('refuse', one);
  }
}

function rest(text) {
  way = null;
  zone.classList.remove('busy');
  line.textContent = text;
}

function stop() {
  if (!way) return;
  way.stopper.abort();
  rest(`Stopped on the way: none of ${way.files} added. ${invitation}`);
}

input.addEventListener('change', () => {
  send([...input.files]);
  input.value = '';  // else the same file could not be chosen again
});
zone.addEventListener('dragover', event => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', event => {
  event.preventDefault();
  zone.classList.remove('over');
  send([...event.dataTransfer.files]);
});
document.addEventListener('click', event => { if (event.target.closest(props.stop)) stop(); });
