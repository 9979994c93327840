// Who calls whom, and how full the store is.
import { ask, el, notice, svg, url } from './dom.js';
import { bytes, colour, count } from './format.js';

const week = 7 * 24 * 3_600_000;
const box = { width: 168, height: 46, across: 96, down: 30, edge: 24 };

export async function showSystem(main) {
  document.title = 'System · Traces';
  const [{ data }, store] = await Promise.all([ask(`api/dependencies?lookback=${week}`), ask('api/store')]);
  const stat = (name, value, kind = '') => el('div', { class: kind }, el('dt', {}, name), el('dd', {}, value));
  main.replaceChildren(
    el('header', { class: 'summary' }, el('h1', {}, 'System'), el('dl', { class: 'stats' },
      stat('Traces', store.traces.toLocaleString('en')),
      stat('Spans', store.spans.toLocaleString('en')),
      stat('Memory', `${bytes(store.bytes)} of ${bytes(store.maxBytes)}`),
      stat('Received', count(store.receivedSpans, 'span')),
      stat('Sent twice', count(store.duplicateSpans, 'span')),
      stat('Rejected', count(store.rejectedSpans, 'span'), store.rejectedSpans ? 'bad' : ''),
      stat('Evicted', count(store.evictedTraces, 'trace')))),
    data.length === 0
      ? notice('No calls yet', 'Once one service calls another, they show up here.')
      : el('figure', { class: 'graph' }, draw(data.filter(call => call.parent !== call.child), data)));
}

// Columns by distance from the callers nobody calls; a call that closes a cycle does not push anyone further.
function columns(names, calls) {
  const level = new Map(names.map(name => [name, 0]));
  for (let round = 0; round < names.length; round++) {
    let moved = false;
    for (const { parent, child } of calls) {
      if (level.get(child) <= level.get(parent) && level.get(parent) + 1 < names.length) { level.set(child, level.get(parent) + 1); moved = true; }
    }
    if (!moved) break;
  }
  const used = [...new Set(level.values())].sort((one, other) => one - other);
  return new Map(names.map(name => [name, used.indexOf(level.get(name))]));
}

function draw(calls, all) {
  const names = [...new Set(all.flatMap(call => [call.parent, call.child]))].sort();
  const column = columns(names, calls);
  const depth = Math.max(...column.values()) + 1;
  const members = Array.from({ length: depth }, (_, index) => names.filter(name => column.get(name) === index));
  const tallest = Math.max(...members.map(list => list.length));
  const width = box.edge * 2 + depth * box.width + (depth - 1) * box.across;
  const height = box.edge * 2 + tallest * box.height + (tallest - 1) * box.down;
  const place = new Map(members.flatMap((list, across) => list.map((name, down) => [name, {
    x: box.edge + across * (box.width + box.across),
    y: height / 2 - (list.length * (box.height + box.down) - box.down) / 2 + down * (box.height + box.down),
  }])));
  const most = Math.max(1, ...calls.map(call => call.callCount));

  return svg('svg', { viewBox: `0 0 ${width} ${height}`, style: { 'max-width': `${width * 1.25}px` }, role: 'img', 'aria-label': calls.map(call => `${call.parent} calls ${call.child} ${call.callCount} times`).join('; ') },
    svg('defs', {}, svg('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' },
      svg('path', { d: 'M0 0 8 4 0 8z' }))),
    calls.map(call => {
      const from = place.get(call.parent);
      const to = place.get(call.child);
      const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2];
      const bend = Math.max(40, Math.abs(x2 - x1) / 2);
      return svg('g', { class: 'call' },
        svg('path', { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, 'stroke-width': 1.2 + 2.6 * Math.log1p(call.callCount) / Math.log1p(most), 'marker-end': 'url(#tip)' }),
        svg('text', { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 7, 'text-anchor': 'middle' }, call.callCount.toLocaleString('en')));
    }),
    names.map(name => {
      const { x, y } = place.get(name);
      return svg('a', { href: url(`?service=${encodeURIComponent(name)}`) }, svg('g', { class: 'node', style: { '--service': colour(name) } },
        svg('rect', { x, y, width: box.width, height: box.height, rx: 10 }),
        svg('circle', { cx: x + 20, cy: y + box.height / 2, r: 6 }),
        svg('text', { x: x + 36, y: y + box.height / 2 + 5 }, name.length > 17 ? `${name.slice(0, 16)}…` : name), svg('title', {}, name)));
    }));
}
