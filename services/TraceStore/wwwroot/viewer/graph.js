// Who calls whom, drawn from those nobody calls to those who call nobody.
import { svg, url } from './dom.js';
import { colour } from './format.js';

const box = { width: 168, height: 46, across: 96, down: 30, edge: 24, below: 64 };

export function graph(all) {
  const calls = all.filter(call => call.parent !== call.child);
  const names = [...new Set(all.flatMap(call => [call.parent, call.child]))].sort();
  const { level, back } = layers(names, calls);
  const members = Array.from({ length: Math.max(...level.values()) + 1 }, (_, index) => names.filter(name => level.get(name) === index));
  const tallest = Math.max(...members.map(list => list.length));
  const width = box.edge * 2 + members.length * (box.width + box.across) - box.across;
  const height = box.edge * 2 + tallest * (box.height + box.down) - box.down;
  const place = new Map(members.flatMap((list, across) => list.map((name, down) => [name, {
    x: box.edge + across * (box.width + box.across),
    y: height / 2 - (list.length * (box.height + box.down) - box.down) / 2 + down * (box.height + box.down),
  }])));
  const most = Math.max(1, ...calls.map(call => call.callCount));
  const lowest = Math.max(height, ...[...back].map(call => Math.max(place.get(call.parent).y, place.get(call.child).y) + box.height + box.below));
  const stroke = call => 1.2 + 2.6 * Math.log1p(call.callCount) / Math.log1p(most);

  return svg('svg', { viewBox: `0 0 ${width} ${lowest}`, style: { 'max-width': `${width * 1.25}px` }, role: 'group', 'aria-label': 'Who calls whom' },
    svg('defs', {}, svg('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' },
      svg('path', { d: 'M0 0 8 4 0 8z' }))),
    calls.map(call => {
      const { line, x, y } = (back.has(call) ? below : beside)(place.get(call.parent), place.get(call.child));
      return svg('g', { class: 'call', role: 'img', 'aria-label': `${call.parent} calls ${call.child} ${call.callCount} times` },
        svg('path', { d: line, 'stroke-width': stroke(call), 'marker-end': 'url(#tip)' }),
        svg('text', { x, y, 'text-anchor': 'middle' }, call.callCount.toLocaleString('en')));
    }),
    names.map(name => {
      const { x, y } = place.get(name);
      return svg('a', { href: url(`?service=${encodeURIComponent(name)}`) }, svg('g', { class: 'node', style: { '--service': colour(name) } },
        svg('rect', { x, y, width: box.width, height: box.height, rx: 10 }),
        svg('circle', { cx: x + 20, cy: y + box.height / 2, r: 6 }),
        svg('text', { x: x + 36, y: y + box.height / 2 + 5 }, name.length > 15 ? `${name.slice(0, 14)}…` : name), svg('title', {}, name)));
    }));
}

// Columns by distance from the callers nobody calls. Calls that lead back into a circle push nobody further.
function layers(names, calls) {
  const from = new Map(names.map(name => [name, calls.filter(call => call.parent === name)]));
  // It begins with who is called least: by nobody, unless all are called in a circle.
  const called = name => calls.reduce((sum, call) => sum + (call.child === name) * call.callCount, 0);
  const [seen, open, back, order] = [new Set(), new Set(), new Set(), []];
  const visit = name => {
    seen.add(name);
    open.add(name);
    for (const call of from.get(name)) {
      if (open.has(call.child)) back.add(call);
      else if (!seen.has(call.child)) visit(call.child);
    }
    open.delete(name);
    order.unshift(name);
  };
  [...names].sort((one, other) => called(one) - called(other)).forEach(name => { if (!seen.has(name)) visit(name); });

  const level = new Map(names.map(name => [name, 0]));
  for (const name of order) {
    for (const call of from.get(name)) if (!back.has(call)) level.set(call.child, Math.max(level.get(call.child), level.get(name) + 1));
  }
  return { level, back };
}

function beside(from, to) {
  const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2];
  const bend = (x2 - x1) / 2;
  return { line: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 7 };
}

// Back, and below the others.
function below(from, to) {
  const [x1, y1, x2, y2] = [from.x + box.width / 2, from.y + box.height, to.x + box.width / 2, to.y + box.height];
  return { line: `M${x1} ${y1} C${x1} ${y1 + box.below} ${x2} ${y2 + box.below} ${x2} ${y2}`, x: (x1 + x2) / 2, y: (y1 + y2) / 2 + box.below * 0.75 - 5 };
}
