// From Jaeger's flat list of spans to a tree in the order of time.

const tag = (list, key) => list.find(item => item.key === key)?.value;

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
      failed: tag(span.tags, 'otel.status_code') === 'ERROR',
      tags: span.tags,
      logs: span.logs,
      links: span.references.filter(reference => reference !== parent),
      warnings: span.warnings ?? [],
      children: [],
      open: true,
    });
  }

  const roots = [];
  for (const span of spans.values()) {
    const parent = spans.get(span.parentId);
    if (parent && !reaches(parent, span, spans)) parent.children.push(span);
    else roots.push(span);
  }

  const order = (one, other) => one.start - other.start;
  roots.sort(order);
  const rows = [];
  // Without recursion: a chain of thousands of spans is deep.
  const stack = roots.map(span => [span, 0]).reverse();
  while (stack.length > 0) {
    const [span, depth] = stack.pop();
    span.depth = depth;
    rows.push(span);
    span.children.sort(order);
    for (let index = span.children.length - 1; index >= 0; index--) stack.push([span.children[index], depth + 1]);
  }

  const start = Math.min(...rows.map(span => span.start));
  const end = Math.max(...rows.map(span => span.start + span.duration));
  return {
    id: trace.traceID,
    rows,
    root: roots.find(span => !span.parentId) ?? roots[0],
    start,
    duration: Math.max(1, end - start),
    services: [...new Set(rows.map(span => span.service))],
    depth: 1 + Math.max(...rows.map(span => span.depth)),
    errors: rows.filter(span => span.failed).length,
    mates: [...new Set(rows.flatMap(span => span.links.map(link => link.traceID)))].filter(id => id !== trace.traceID),
  };
}

// A sender may err: spans that are each other's parents become roots instead of vanishing.
function reaches(from, target, spans) {
  const seen = new Set();
  for (let span = from; span && !seen.has(span); span = spans.get(span.parentId)) {
    if (span === target) return true;
    seen.add(span);
  }
  return false;
}

export function visible(rows) {
  const shown = [];
  let hiddenBelow = Infinity;
  for (const span of rows) {
    if (span.depth > hiddenBelow) continue;
    hiddenBelow = span.open ? Infinity : span.depth;
    shown.push(span);
  }
  return shown;
}

export function fits(span, text) {
  const holds = value => String(value).toLowerCase().includes(text);
  return holds(span.name) || holds(span.service) || holds(span.id)
    || span.tags.some(item => holds(item.key) || holds(item.value))
    || span.logs.some(log => log.fields.some(field => holds(field.key) || holds(field.value)));
}
