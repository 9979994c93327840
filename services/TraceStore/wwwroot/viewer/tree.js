// From Jaeger's flat list of spans to a tree in the order of time.

const tag = (list, key) => list.find(item => item.key === key)?.value;

export const end = span => span.start + span.duration;

export function build(trace) {
  const spans = new Map();
  for (const span of trace.spans) {
    const process = trace.processes[span.processID];
    const parent = span.references.find(reference => reference.refType === 'CHILD_OF' && reference.traceID === span.traceID);
    spans.set(span.spanID, {
      id: span.spanID,
      name: span.operationName,
      service: process.serviceName,
      process,
      parentId: parent?.spanID,
      start: span.startTime,
      duration: span.duration,
      kind: tag(span.tags, 'span.kind') ?? '',
      // Whom a call asks: two calls of one name differ by it.
      asks: tag(span.tags, 'span.kind') === 'client' ? tag(span.tags, 'inference.model.name') : undefined,
      failed: tag(span.tags, 'otel.status_code') === 'ERROR',
      tags: span.tags,
      logs: span.logs,
      links: span.references.filter(reference => reference !== parent),
      warnings: span.warnings ?? [],
      children: [],
      below: 0,
    });
  }

  const roots = [];
  for (const span of spans.values()) {
    span.parent = spans.get(span.parentId);
    (span.parent?.children ?? roots).push(span);
  }
  breakCircles(spans, roots);

  const rows = flatten(roots);
  for (let index = rows.length - 1; index >= 0; index--) if (rows[index].parent) rows[index].parent.below += 1 + rows[index].below;

  // Not by spreading: there may be more spans than a call takes arguments.
  const start = rows.reduce((least, span) => Math.min(least, span.start), Infinity);
  return {
    id: trace.traceID,
    rows,
    spans,
    root: roots.find(span => !span.parentId) ?? roots[0],
    start,
    duration: Math.max(1, rows.reduce((most, span) => Math.max(most, end(span)), 0) - start),
    services: [...new Set(rows.map(span => span.service))],
    depth: 1 + rows.reduce((most, span) => Math.max(most, span.depth), 0),
    errors: rows.filter(span => span.failed).length,
    mates: [...new Set(rows.flatMap(span => span.links.map(link => link.traceID)))].filter(id => id !== trace.traceID),
  };
}

// Without recursion: a chain of thousands of spans is deep.
function flatten(roots) {
  const order = (one, other) => one.start - other.start;
  const rows = [];
  const stack = roots.sort(order).map(span => [span, 0]).reverse();
  while (stack.length > 0) {
    const [span, depth] = stack.pop();
    span.depth = depth;
    rows.push(span);
    span.children.sort(order);
    for (let index = span.children.length - 1; index >= 0; index--) stack.push([span.children[index], depth + 1]);
  }
  return rows;
}

// A sender may err: of spans that are each other's parents one becomes a root, instead of all vanishing.
function breakCircles(spans, roots) {
  const reached = new Set();
  const reach = root => {
    const stack = [root];
    while (stack.length > 0) { const span = stack.pop(); reached.add(span); for (const child of span.children) stack.push(child); }
  };
  roots.forEach(reach);
  for (const span of spans.values()) {
    if (reached.has(span)) continue;
    const above = new Set();
    let member = span;
    while (!above.has(member)) { above.add(member); member = member.parent; }
    member.parent.children.splice(member.parent.children.indexOf(member), 1);
    member.parent = undefined;
    roots.push(member);
    reach(member);
  }
}

// The rows that no closed one hides.
export function visible(rows, closed) {
  const shown = [];
  let hiddenBelow = Infinity;
  for (const span of rows) {
    if (span.depth > hiddenBelow) continue;
    hiddenBelow = closed.has(span.id) ? span.depth : Infinity;
    shown.push(span);
  }
  return shown;
}

// All a span says, in lower case; joined once, so that every further letter of a search is quick.
const words = new WeakMap();

export function fits(span, text) {
  let said = words.get(span);
  if (said === undefined) {
    const pairs = list => list.map(item => `${item.key}\n${item.value}`);
    said = [span.name, span.service, span.id, ...pairs(span.tags), ...span.logs.flatMap(log => pairs(log.fields))].join('\n').toLowerCase();
    words.set(span, said);
  }
  return said.includes(text);
}

// The time no child accounts for; children may overlap.
export function ownTime(span) {
  let covered = 0;
  let reach = span.start;
  for (const child of span.children) {
    const from = Math.max(child.start, reach);
    const to = Math.min(end(child), end(span));
    if (to > from) { covered += to - from; reach = to; }
  }
  return span.duration - covered;
}
