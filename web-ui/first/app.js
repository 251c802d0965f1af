// The first page: runs, and one run with its tasks, outputs and logs, live. Speaks /api/v1 only and
// puts every text from outside into text nodes.

const main = document.getElementById('main');
const banner = document.getElementById('banner');
let leave = () => {};  // ends what the shown page keeps open

// ---- talking to the daemon ----

async function get(path) {
  const answer = await fetch('/api/v1/' + path, {headers: {Accept: 'application/json'}});
  if (answer.status === 401) throw new Error('The session has ended: run "mlpctl status" for a new link.');
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ? body.error.message : 'HTTP ' + answer.status);
  return body;
}

async function post(path, body) {
  const answer = await fetch('/api/v1/' + path, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'X-MLP-CSRF': '1'},
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
}

// ---- making elements ----

function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  for (const child of children) element.append(child ?? '');
  return element;
}

const state = (name, text = name) => el('span', {class: 'state ' + name}, text);

function table(heads, rows) {
  const head = el('tr', {}, ...heads.map(h => el('th', {scope: 'col', class: h.startsWith('#') ? 'number' : null},
    h.replace('#', ''))));
  return el('div', {class: 'scroll'}, el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows)));
}

function duration(ms) {
  if (ms === null || ms === undefined) return '';
  if (ms < 1000) return ms + ' ms';
  if (ms < 60000) return (ms / 1000).toFixed(1) + ' s';
  const minutes = Math.floor(ms / 60000);
  if (minutes < 60) return minutes + ' min ' + Math.floor(ms % 60000 / 1000) + ' s';
  return Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min';
}

function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < 4) { bytes /= 1024; unit++; }
  return (unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)) + ' ' + units[unit];
}

const when = time => time
  ? el('time', {datetime: time, title: time}, new Date(time).toLocaleString())
  : '';

const sum = c => c.ran + c.hit + c.failed + c.skipped + c.cancelled;

function countsText(c) {
  const parts = [];
  const say = (n, word) => { if (n) parts.push(n + ' ' + word); };
  say(c.ran, 'ran'); say(c.hit, 'cached'); say(c.running, 'running'); say(c.backoff, 'in back-off');
  say(c.queued + c.waiting, 'waiting'); say(c.failed, 'failed'); say(c.skipped, 'skipped');
  say(c.cancelled, 'cancelled');
  return parts.join(', ') || 'none yet';
}

// ---- the list of runs ----

async function showRuns() {
  const body = el('div', {});
  main.replaceChildren(el('h1', {}, 'Runs'), body);
  const draw = async () => {
    const {runs, next_before: more} = await get('runs?limit=50');
    if (!runs.length) {
      body.replaceChildren(el('p', {}, 'No run yet. Start one with ', el('code', {}, 'mlpctl run FILE.mlp'), '.'));
      return;
    }
    body.replaceChildren(table(['Run', 'Pipeline', 'State', 'Tasks', 'Submitted', '#Time'], runs.map(runRow)),
      more ? el('p', {class: 'quiet'}, 'The newest 50 are shown; "mlpctl runs" lists them all.') : '');
  };
  await draw();
  const timer = setInterval(() => draw().then(connected, disconnected), 2000);
  leave = () => clearInterval(timer);
}

function runRow(run) {
  return el('tr', {}, el('td', {}, el('a', {href: '#/runs/' + run.id}, String(run.id))),
    el('td', {}, run.pipeline), el('td', {}, state(run.state)), el('td', {}, countsText(run.counts)),
    el('td', {}, when(run.submitted)), el('td', {class: 'number'}, duration(run.elapsed_ms)));
}

// ---- one run ----

async function showRun(id, taskRunName) {
  const head = el('div', {}), tasks = el('div', {}), outputs = el('div', {}), detail = el('section', {id: 'detail'});
  main.replaceChildren(head, el('h2', {}, 'Tasks'), tasks, detail, outputs);
  let wanted = false, drawing = false;
  const draw = async () => {
    // Events come faster than a page can be drawn: at most one drawing at once, the newest state last.
    wanted = true;
    if (drawing) return;
    drawing = true;
    try {
      while (wanted) {
        wanted = false;
        const [run, list] = await Promise.all([get('runs/' + id), get(`runs/${id}/task-runs?limit=500`)]);
        drawHead(head, run);
        drawTaskRuns(tasks, id, list, taskRunName);
        drawResults(outputs, run);
        if (run.state !== 'running') stream.close();
      }
    } finally { drawing = false; }
  };
  const stream = new EventSource(`/api/v1/runs/${id}/events?follow=1`);
  stream.onmessage = () => draw().then(connected, disconnected);
  stream.onerror = () => disconnected(new Error('connection lost'));
  stream.onopen = connected;
  let leaveDetail = () => {};
  leave = () => { stream.close(); leaveDetail(); };
  await draw();
  if (taskRunName) leaveDetail = await showTaskRun(detail, id, taskRunName);
}

function drawHead(place, run) {
  const counts = run.counts;
  const facts = [['Pipeline', run.pipeline + ' (' + run.path + ')'], ['Tasks', countsText(counts)],
    ['Submitted', when(run.submitted)], ['Time', duration(run.elapsed_ms)]];
  for (const p of run.parameters || []) facts.push([p.name, p.text]);
  place.replaceChildren(
    el('h1', {}, `Run ${run.id} `, state(run.state)),
    run.error ? el('p', {class: 'error'}, run.error) : '',
    run.state === 'running'
      ? el('p', {}, el('progress', {max: counts.total || 1, value: sum(counts), 'aria-label': 'task runs ended'}),
          el('button', {onclick: () => post(`runs/${run.id}/cancel`, {}).catch(disconnected)}, 'Cancel'))
      : '',
    el('dl', {}, ...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])));
}

function drawTaskRuns(place, id, list, chosen) {
  if (!list.task_runs.length) {
    place.replaceChildren(el('p', {class: 'quiet'}, 'Nothing has started yet.'));
    return;
  }
  const rows = list.task_runs.map(t => {
    const short = t.name.slice(String(id).length + 1);
    const shown = t.state === 'done' ? state(t.source, t.source === 'hit' ? 'cached' : 'done') : state(t.state);
    return el('tr', {'aria-current': short === chosen ? 'true' : null},
      el('td', {}, el('a', {href: `#/runs/${id}/${encodeURIComponent(short)}`}, short)), el('td', {}, shown),
      el('td', {}, t.reason || ''), el('td', {class: 'number'}, duration(t.elapsed_ms)));
  });
  place.replaceChildren(table(['Task', 'State', 'Why', '#Time'], rows),
    list.next_after ? el('p', {class: 'quiet'}, 'The first 500 are shown.') : '');
}

function drawResults(place, run) {
  if (!(run.results || []).length) { place.replaceChildren(); return; }
  place.replaceChildren(el('h2', {}, 'Results'), el('dl', {},
    ...run.results.flatMap(r => [el('dt', {}, r.name), el('dd', {}, artifactOrText(r.value, r.text))])));
}

function artifactOrText(value, text) {
  const isArtifact = value && typeof value === 'object' && value.digest;
  if (!isArtifact) return text;
  const address = `/api/v1/artifacts/${value.digest}/content`;
  if (value.kind === 'folder') return `${value.name}/ (${size(value.size)})`;
  const link = el('a', {href: address, download: value.name}, value.name);
  const parts = el('span', {}, link, ` (${size(value.size)})`);
  if (/\.(svg|png)$/.test(value.name)) parts.append(el('img', {class: 'plot', src: address, alt: value.name}));
  return parts;
}

// ---- one task run: outputs, attempts, log ----

async function showTaskRun(place, id, name) {
  const task = await get(`runs/${id}/task-runs/${encodeURIComponent(name)}`);
  const attempts = task.attempt_details || [];
  const log = el('pre', {id: 'log', tabindex: '0', 'aria-label': 'log'});
  const facts = [['State', task.state + (task.source === 'hit' ? ' (from the cache, made by ' + task.made_by_run + ')' : '')]];
  if (task.reason) facts.push(['Why', task.reason]);
  for (const a of attempts) {
    facts.push([`Attempt ${a.number}`, [a.state, a.message, duration(a.elapsed_ms),
      a.peak_memory_bytes ? size(a.peak_memory_bytes) : ''].filter(Boolean).join(', ')]);
  }
  for (const o of task.outputs || []) {
    facts.push([o.name, o.kind === 'value' ? o.text : artifactOrText({...o.value, kind: o.kind}, o.text)]);
  }
  place.replaceChildren(el('h2', {}, name),
    el('dl', {}, ...facts.flatMap(([k, v]) => [el('dt', {}, k), el('dd', {}, v)])),
    attempts.length ? log : el('p', {class: 'quiet'}, 'No attempt was started in this run.'));
  if (!attempts.length) return () => {};
  const stop = new AbortController();
  followLog(log, attempts.at(-1).id, stop.signal);
  return () => stop.abort();
}

const kMostLog = 1 << 20;  // characters kept in the page

async function followLog(place, attempt, signal) {
  try {
    const answer = await fetch(`/api/v1/attempts/${attempt}/log?follow=1`, {signal});
    if (!answer.ok) throw new Error('HTTP ' + answer.status);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const {done, value} = await reader.read();
      if (done) break;
      text = (text + value).slice(-kMostLog);
      place.textContent = text;
      place.scrollTop = place.scrollHeight;
    }
    if (!text) place.textContent = '(the log is empty)';
  } catch (error) {
    if (error.name !== 'AbortError') place.textContent = 'The log cannot be read: ' + error.message;
  }
}

// ---- frame ----

function connected() { banner.hidden = true; }
function disconnected(error) {
  banner.textContent = 'Not up to date: ' + error.message;
  banner.hidden = false;
}

function showDisk(s) {
  const place = document.getElementById('disk');
  place.hidden = !s.is_disk_low;
  place.replaceChildren(el('strong', {}, s.is_read_only ? 'Read-only' : 'Nothing new starts'),
    ' since ', when(s.disk_since), ': ' + s.disk_reason + '.');
}

async function showDaemon() {
  try {
    const s = await get('status');
    document.getElementById('daemon').textContent =
      `mlpd ${s.version} · ${s.running_attempts} running · ${size(s.free_bytes)} free`;
    showDisk(s);
    connected();
  } catch (error) { disconnected(error); }
}

async function route() {
  leave();
  leave = () => {};
  const parts = location.hash.slice(2).split('/').filter(Boolean).map(decodeURIComponent);
  document.title = parts[0] === 'runs' ? `Run ${parts[1]} · mlp` : 'mlp';
  try {
    if (parts[0] === 'runs' && parts[1]) await showRun(parts[1], parts.slice(2).join('/') || null);
    else await showRuns();
  } catch (error) {
    main.replaceChildren(el('h1', {}, 'This cannot be shown'), el('p', {class: 'error'}, error.message),
      el('p', {}, el('a', {href: '#/'}, 'All runs')));
  }
}

addEventListener('hashchange', route);
route();
showDaemon();
setInterval(showDaemon, 5000);
