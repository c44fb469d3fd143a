// Answers that Gradio leaves on the server, fetched. Its server ends an event stream when the last
// event of a page is done; an event that is asked for in this moment counts on the ending stream,
// and its answer waits until another event opens the next one. Who asks for nothing more would wait
// for ever. So: when a stream ends before an event that was asked for, ask for an event that does
// nothing.
(() => {
  const PATIENCE = 1000;  // milliseconds in which Gradio may open a stream by itself
  const waiting = new Set();  // ids of events that were asked for and have not ended
  const ended = new Set();  // ids whose end was seen before their name was
  let streams = 0;  // open ones
  const plain = window.fetch;

  window.fetch = async (...request) => {
    const answer = await plain(...request);
    const path = new URL(request[0]?.url ?? request[0], location).pathname;
    if (path.endsWith('/queue/join')) asked(answer.clone());
    if (path.endsWith('/queue/data')) follow(answer.clone());
    return answer;
  };

  async function asked(answer) {
    const {event_id: id} = await answer.json().catch(() => ({}));
    if (id && !ended.delete(id)) waiting.add(id);
    look();
  }

  async function follow(answer) {
    streams += 1;
    let rest = '';
    try {
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let read; !(read = await reader.read()).done;) {
        const lines = (rest + read.value).split('\n');
        rest = lines.pop();
        // A quote within a document's text is escaped, so that no text can look like this.
        lines.filter(line => line.includes('"msg":"process_completed"')).forEach(over);
      }
    } catch { /* closed by the page, which ends it as well */ }
    streams -= 1;
    look();
  }

  function over(line) {
    const id = line.match(/"event_id":"(\w+)"/)?.[1];
    if (id && !waiting.delete(id)) ended.add(id);
  }

  function look() {
    if (!waiting.size || streams) return;
    const late = [...waiting];
    setTimeout(() => {
      if (streams || !late.some(id => waiting.has(id))) return;
      waiting.clear();  // once: what never ends would be asked for again and again
      document.querySelector('#fetch-stalled')?.click();
    }, PATIENCE);
  }
})();
