// How the services fare, who calls whom, who answered at the edge, and how full the store is.
import { ask, el, notice } from './dom.js';
import { edge } from './edge.js';
import { bytes, clock, count } from './format.js';
import { graph } from './graph.js';
import { red } from './red.js';

const ranges = [['5 minutes', 5], ['15 minutes', 15], ['1 hour', 60], ['6 hours', 360], ['24 hours', 1_440]];
const refreshEvery = 5_000;

export async function showSystem(main) {
  document.title = 'System · Traces';
  const asked = new URLSearchParams(location.search).get('range');
  const range = el('select', { name: 'range' }, ranges.map(([name, minutes]) => el('option', { value: minutes, selected: String(minutes) === asked || (!asked && minutes === 60) }, `last ${name}`)));
  const state = el('p', { class: 'live' });
  const parts = {
    store: el('dl', { class: 'stats' }), red: el('section', { 'aria-label': 'Services' }),
    edge: el('section', { 'aria-label': 'Answers of the edge', class: 'edges' }), graph: el('section', { 'aria-label': 'Calls' }),
  };
  main.replaceChildren(
    el('header', { class: 'summary' }, el('h1', {}, 'System'), parts.store),
    el('div', { class: 'tools' }, el('label', { class: 'field inline' }, el('span', {}, 'Over'), range), state),
    parts.red, parts.edge, parts.graph);

  let turn = 0;
  const show = async () => {
    const own = ++turn;
    try {
      const pieces = await fetchAll(Number(range.value) * 60_000);
      if (own !== turn) return;
      for (const [name, piece] of Object.entries(pieces)) {
        replace(parts[name], [piece].flat());
        parts[name].hidden = parts[name].childElementCount === 0;
      }
      state.textContent = `Live, as of ${clock(Date.now() * 1_000).slice(0, 8)}.`;
      state.classList.remove('paused');
    } catch (failure) {
      if (own !== turn) return;
      state.textContent = `Not up to date: ${failure.message}`;
      state.classList.add('paused');
    }
  };
  range.addEventListener('change', () => {
    history.replaceState(null, '', `${location.pathname}?range=${range.value}`);
    show();
  });
  await show();
  const again = async () => { if (!document.hidden) await show(); setTimeout(again, refreshEvery); };
  setTimeout(again, refreshEvery);
}

// The keyboard stays on the link it was on.
function replace(part, pieces) {
  const links = () => [...part.querySelectorAll('a, [tabindex]')];
  const at = links().indexOf(document.activeElement);
  part.replaceChildren(...pieces);
  links()[at]?.focus({ preventScroll: true });
}

async function fetchAll(lookback) {
  const [{ services }, { data }, store] = await Promise.all([ask('api/v3/services'), ask(`api/dependencies?lookback=${lookback}`), ask('api/store')]);
  const called = new Set(data.filter(call => call.parent !== call.child).map(call => call.child));
  const edges = new Set(data.map(call => call.parent).filter(name => !called.has(name)));
  const sorted = [...services].sort((one, other) => edges.has(other) - edges.has(one) || one.localeCompare(other));
  return {
    store: facts(store),
    red: sorted.length ? await red(sorted, edges, lookback) : notice('No traces yet', 'Send spans over OTLP to ports 4317 (gRPC) or 4318 (HTTP), and the services show up here.'),
    edge: await edge(lookback),
    graph: data.length ? el('figure', { class: 'graph' }, graph(data)) : notice('No calls', 'In no trace that began in this time one service called another.'),
  };
}

function facts(store) {
  const stat = (name, value, kind = '') => el('div', { class: kind }, el('dt', {}, name), el('dd', {}, value));
  return [
    stat('Traces', store.traces.toLocaleString('en')),
    stat('Spans', store.spans.toLocaleString('en')),
    stat('Kept', `${bytes(store.bytes)} of ${bytes(store.maxBytes)}`),
    stat('Received', count(store.receivedSpans, 'span')),
    stat('Sent twice', count(store.duplicateSpans, 'span')),
    stat('Rejected', count(store.rejectedSpans, 'span'), store.rejectedSpans ? 'bad' : ''),
    stat('Evicted', count(store.evictedTraces, 'trace')),
  ];
}
