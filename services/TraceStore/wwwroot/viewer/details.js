// What one span says about itself, and what was logged during it.
import { el, url } from './dom.js';
import { count, duration } from './format.js';
import { length } from './critical.js';
import { ownTime } from './tree.js';

const table = pairs => el('dl', { class: 'pairs' }, pairs.flatMap(({ key, value }) => [
  el('dt', {}, key), el('dd', { class: key === 'error' || key.startsWith('error.') || key.startsWith('exception.') ? 'bad' : '' }, pretty(value)),
]));

function pretty(value) {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (!/^[[{]/.test(text) || text.length > 20_000) return text;
  try { return JSON.stringify(JSON.parse(text), null, 1).replace(/\n\s*/g, ' '); } catch { return text; }
}

const section = (title, number, body, open = true) => el('details', { open }, el('summary', {}, title, el('small', {}, number ? ` ${number}` : '')), body);

const fact = (name, value) => el('span', {}, el('small', {}, name), value);

export class Details {
  constructor(onclose) {
    this.element = el('aside', { class: 'details', 'aria-label': 'Span', hidden: true, onkeydown: event => { if (event.key === 'Escape') onclose(); } });
    this.onclose = onclose;
  }

  show(span, trace) {
    this.span = span;
    this.element.hidden = !span;
    if (!span) { this.element.replaceChildren(); return; }
    this.facts = el('p', { class: 'facts' });
    this.said = el('div');
    this.element.replaceChildren(
      el('header', {}, el('h2', {}, span.service, ' ', el('span', {}, span.name)),
        el('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', onclick: this.onclose }, '✕')),
      el('div', {}, span.warnings.map(text => el('p', { class: 'warning' }, '⚠ ', text))),
      this.facts,
      span.tags.length ? section('Attributes', span.tags.length, table(span.tags)) : '',
      this.said,
      span.logs.length ? section('Events', span.logs.length, el('ol', { class: 'events' }, span.logs.slice(0, 500).map(log => el('li', {},
        el('time', {}, `+${duration(log.timestamp - trace.start)}`), table(log.fields))))) : '',
      span.links.length ? section('Links', span.links.length, el('ul', { class: 'links' }, span.links.map(link => el('li', {},
        el('a', { href: url(`trace/${link.traceID}?span=${link.spanID}`) },
          link.traceID === trace.id ? 'this trace' : `trace ${link.traceID.slice(0, 12)}…`, ', span ', link.spanID))))) : '',
      section('Process', span.process.tags.length, table(span.process.tags), false));
    this.update(trace);
  }

  // Only what spans and log records that came later have changed.
  update(trace) {
    const span = this.span = this.span && trace.spans.get(this.span.id);
    if (!span) return;
    const waited = length(trace.critical.get(span.id));
    this.facts.replaceChildren(
      fact('Kind', span.kind || '—'), fact('Begins', `+${duration(span.start - trace.start)}`), fact('Takes', duration(span.duration)),
      fact('Own time', duration(ownTime(span))), fact('On the critical path', waited ? duration(waited) : '—'), fact('Span', el('code', {}, span.id)));
    const records = trace.records?.get(span.id) ?? [];
    if (records.length === this.said.dataset.records * 1) return;
    this.said.dataset.records = records.length;
    this.said.replaceChildren(...records.length ? [section('Logs', records.length, recordList(records, trace))] : []);
  }
}

// Log records as they were written; of other spans with what leads to the span.
export function recordList(records, trace, onspan) {
  const shown = records.slice(0, 1_000);
  return el('div', {}, el('ol', { class: 'events records' }, shown.map(record => el('li', { class: record.severity >= 17 ? 'bad' : record.severity >= 13 ? 'warn' : '' },
    el('time', {}, offset(record, trace)), ' ', el('b', {}, record.level), ' ', el('span', { class: 'dim' }, record.service, ' ', record.logger),
    el('p', {}, pretty(record.body ?? '')),
    record.attributes.length ? table(record.attributes) : '',
    onspan && trace.spans.has(record.spanId) ? el('button', { type: 'button', class: 'quiet', onclick: () => onspan(record.spanId) }, trace.spans.get(record.spanId).name) : ''))),
  records.length > shown.length ? el('p', { class: 'dim' }, `The first ${count(shown.length, 'record')} of ${records.length}.`) : '');
}

function offset(record, trace) {
  const micros = Number(BigInt(record.time) / 1_000n) - trace.start;
  return micros < 0 ? duration(micros) : `+${duration(micros)}`;
}
