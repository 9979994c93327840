// What one span says about itself.
import { el, url } from './dom.js';
import { duration } from './format.js';

const table = pairs => el('dl', { class: 'pairs' }, pairs.flatMap(({ key, value }) => [
  el('dt', {}, key), el('dd', { class: key === 'error' || key.startsWith('error.') || key.startsWith('exception.') ? 'bad' : '' }, pretty(value)),
]));

function pretty(value) {
  const text = String(value);
  if (!/^[[{]/.test(text) || text.length > 20_000) return text;
  try { return JSON.stringify(JSON.parse(text), null, 1).replace(/\n\s*/g, ' '); } catch { return text; }
}

const section = (title, count, body, open = true) => el('details', { open }, el('summary', {}, title, el('small', {}, count ? ` ${count}` : '')), body);

export function details(span, trace) {
  return el('div', { class: 'details' },
    span.warnings.map(text => el('p', { class: 'warning' }, '⚠ ', text)),
    el('p', { class: 'facts' },
      fact('Service', span.service), fact('Kind', span.kind || '—'), fact('Begins', `+${duration(span.start - trace.start)}`),
      fact('Takes', duration(span.duration)), fact('Own time', duration(ownTime(span))), fact('Span', el('code', {}, span.id))),
    el('div', { class: 'columns' },
      span.tags.length ? section('Attributes', span.tags.length, table(span.tags)) : null,
      span.logs.length ? section('Events', span.logs.length, el('ol', { class: 'events' }, span.logs.map(log => el('li', {},
        el('time', {}, `+${duration(log.timestamp - trace.start)}`), table(log.fields))))) : null,
      span.links.length ? section('Links', span.links.length, el('ul', { class: 'links' }, span.links.map(link => el('li', {},
        el('a', { href: url(`trace/${link.traceID}?span=${link.spanID}`) },
          link.traceID === trace.id ? 'this trace' : `trace ${link.traceID.slice(0, 12)}…`, ', span ', link.spanID))))) : null,
      section('Process', span.process.tags.length, table(span.process.tags), false)));
}

const fact = (name, value) => el('span', {}, el('small', {}, name), value);

// The time no child accounts for; children may overlap.
function ownTime(span) {
  let covered = 0;
  let reach = span.start;
  for (const child of span.children) {
    const from = Math.max(child.start, reach);
    const to = Math.min(child.start + child.duration, span.start + span.duration);
    if (to > from) { covered += to - from; reach = to; }
  }
  return span.duration - covered;
}
