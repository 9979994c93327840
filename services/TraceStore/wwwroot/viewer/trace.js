// One trace as a waterfall.
import { ask, el, notice, url } from './dom.js';
import { colour, count, dateAndTime, duration } from './format.js';
import { details } from './details.js';
import { build, fits, visible } from './tree.js';

const patience = 15_000;
const poll = 1_500;
const wait = millis => new Promise(done => setTimeout(done, millis));

export async function showTrace(main, id) {
  const opened = Date.now();
  let shown = 0;

  // A link may be followed before the last spans are exported: what is young is asked for again.
  for (;;) {
    try {
      const { data } = await ask(`api/traces/${encodeURIComponent(id)}`);
      if (data[0].spans.length !== shown && !document.activeElement?.closest('.row')) {
        shown = data[0].spans.length;
        new Waterfall(main, build(data[0])).show();
      }
      const trace = build(data[0]);
      if (Date.now() - (trace.start + trace.duration) / 1_000 > patience || Date.now() - opened > 2 * patience) return;
    } catch (failure) {
      if (failure.status !== 404 || Date.now() - opened > patience) {
        main.replaceChildren(notice(
          failure.status === 404 ? 'This trace is not here' : 'This trace cannot be shown',
          failure.status === 404 ? 'It was never sent, or it has made room for newer ones.' : failure.message,
          el('p', {}, el('a', { href: url('') }, 'Search for others'))));
        return;
      }
      main.replaceChildren(notice('Waiting for the spans…', 'This trace is not here yet.'));
    }
    await wait(poll);
  }
}

class Waterfall {
  constructor(main, trace) {
    this.main = main;
    this.trace = trace;
    this.rows = new Map();
    this.opened = new Set();
    this.text = '';
    this.list = el('div', { class: 'rows', role: 'treegrid', 'aria-label': 'Spans', 'aria-readonly': 'true' });
    this.list.addEventListener('keydown', event => this.key(event));
    this.found = el('output', { class: 'dim' });
  }

  show() {
    const { trace } = this;
    document.title = `${trace.root.service} ${trace.root.name} · ${duration(trace.duration)}`;
    const wanted = new URLSearchParams(location.search).get('span');
    if (wanted) this.opened.add(wanted);
    this.main.replaceChildren(this.header(), el('section', { class: 'waterfall' }, this.ruler(), this.list));
    this.draw();
    this.rows.get(wanted)?.scrollIntoView({ block: 'center' });
  }

  header() {
    const { trace } = this;
    const stat = (name, value, kind = '') => el('div', { class: kind }, el('dt', {}, name), el('dd', {}, value));
    return el('header', { class: 'summary' },
      el('h1', {}, el('span', { class: 'dot', style: { '--service': colour(trace.root.service) } }), trace.root.service, ' ', el('span', {}, trace.root.name)),
      el('p', { class: 'id' }, el('code', {}, trace.id), el('button', {
        type: 'button', class: 'quiet', onclick: event => navigator.clipboard?.writeText(trace.id).then(() => { event.target.textContent = 'Copied'; }),
      }, 'Copy id'), el('a', { class: 'quiet', href: url(`api/traces/${trace.id}`) }, 'JSON')),
      el('dl', { class: 'stats' },
        stat('Began', dateAndTime(trace.start)), stat('Duration', duration(trace.duration), 'big'), stat('Services', String(trace.services.length)),
        stat('Spans', String(trace.rows.length)), stat('Depth', String(trace.depth)), trace.errors ? stat('Errors', String(trace.errors), 'bad') : null),
      el('div', { class: 'chips' }, trace.services.map(name => el('span', { class: 'chip', style: { '--service': colour(name) } },
        name, el('small', {}, String(trace.rows.filter(span => span.service === name).length))))),
      trace.mates.length ? el('p', { class: 'mates' }, el('span', {}, 'Linked: '), trace.mates.slice(0, 16).map(id =>
        el('a', { class: 'chip plain', href: url(`trace/${id}`) }, id.slice(0, 8))), trace.mates.length > 16 ? ` and ${trace.mates.length - 16} more` : '') : null,
      el('div', { class: 'tools' },
        el('input', {
          type: 'search', placeholder: 'Find in this trace…', 'aria-label': 'Find in this trace', spellcheck: 'false',
          oninput: event => { this.text = event.target.value.trim().toLowerCase(); this.mark(); },
          onkeydown: event => { if (event.key === 'Enter') { event.preventDefault(); this.next(); } },
        }), this.found,
        el('button', { type: 'button', class: 'quiet', onclick: () => this.openAll(true) }, 'Expand all'),
        el('button', { type: 'button', class: 'quiet', onclick: () => this.openAll(false) }, 'Collapse all')));
  }

  ruler() {
    return el('div', { class: 'ruler', 'aria-hidden': 'true' }, el('span', { class: 'head' }, 'Service and operation'),
      el('div', { class: 'scale' }, [0, 0.25, 0.5, 0.75, 1].map(share => el('span', { style: { left: `${share * 100}%` } },
        share === 0 ? '0' : duration(share * this.trace.duration)))));
  }

  draw(focus) {
    this.rows.clear();
    this.list.replaceChildren(...visible(this.trace.rows).flatMap(span => {
      const row = this.row(span);
      this.rows.set(span.id, row);
      return this.opened.has(span.id) ? [row, details(span, this.trace)] : [row];
    }));
    const first = this.rows.get(focus) ?? this.list.querySelector('.row');
    if (first) first.tabIndex = 0;
    if (focus) first?.focus({ preventScroll: true });
    this.mark();
  }

  row(span) {
    const { trace } = this;
    const left = 100 * (span.start - trace.start) / trace.duration;
    const width = 100 * span.duration / trace.duration;
    const side = left + width < 88 ? 'after' : width > 12 ? 'inside' : 'before';
    const label = `${span.service}, ${span.name}, ${duration(span.duration)}, begins after ${duration(span.start - trace.start)}${span.failed ? ', failed' : ''}`;
    return el('div', {
      class: `row ${span.failed ? 'failed' : ''}`, role: 'row', tabindex: '-1', 'data-id': span.id, 'aria-level': span.depth + 1, 'aria-label': label,
      'aria-expanded': span.children.length ? String(span.open) : null, 'aria-selected': String(this.opened.has(span.id)),
      style: { '--service': colour(span.service), '--depth': String(Math.min(span.depth, 24)) }, title: label, onclick: () => this.toggleDetails(span),
    },
    el('span', { class: 'name', role: 'gridcell' },
      span.children.length
        ? el('button', {
          type: 'button', class: 'caret', tabindex: '-1', 'aria-label': span.open ? 'Collapse' : 'Expand',
          onclick: event => { event.stopPropagation(); this.toggle(span); },
        }, span.open ? '▾' : '▸')
        : el('span', { class: 'caret' }),
      span.failed ? el('span', { class: 'mark bad', title: 'This span failed' }, '!') : null,
      span.warnings.length ? el('span', { class: 'mark warn', title: span.warnings[0] }, '⚠') : null,
      el('b', {}, span.service), el('span', { class: 'operation' }, span.name),
      span.links.length ? el('span', { class: 'mark', title: `${count(span.links.length, 'link')} to other spans` }, `↗ ${span.links.length}`) : null,
      span.open ? null : el('small', { class: 'chip plain' }, `+${below(span)}`)),
    el('span', { class: 'line', role: 'gridcell' },
      el('span', { class: 'span-bar', style: { left: `${left}%`, width: `${width}%` } },
        span.logs.map(log => el('i', { class: 'tick', style: { left: `${Math.max(0, Math.min(100, 100 * (log.timestamp - span.start) / Math.max(1, span.duration)))}%` } })),
        el('span', { class: `took ${side}` }, duration(span.duration)))));
  }

  toggle(span) { span.open = !span.open; this.draw(span.id); }

  toggleDetails(span) {
    if (!this.opened.delete(span.id)) this.opened.add(span.id);
    this.draw(span.id);
  }

  openAll(open) {
    for (const span of this.trace.rows) span.open = open || span.depth === 0 && span.children.length === 0;
    this.draw();
  }

  mark() {
    const hits = this.text ? this.trace.rows.filter(span => fits(span, this.text)) : [];
    const ids = new Set(hits.map(span => span.id));
    for (const [id, row] of this.rows) {
      row.classList.toggle('hit', ids.has(id));
      row.classList.toggle('miss', Boolean(this.text) && !ids.has(id));
    }
    this.found.textContent = this.text ? count(hits.length, 'match', 'matches') : '';
    this.hits = hits;
  }

  next() {
    if (!this.hits?.length) return;
    this.at = ((this.at ?? -1) + 1) % this.hits.length;
    for (const span of this.trace.rows) span.open = true;
    this.draw();
    const row = this.rows.get(this.hits[this.at].id);
    row.scrollIntoView({ block: 'center' });
  }

  key(event) {
    const row = event.target.closest('.row');
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this.rows.values()];
    const span = this.trace.rows.find(candidate => candidate.id === row.dataset.id);
    const go = index => { const target = all[Math.max(0, Math.min(all.length - 1, index))]; row.tabIndex = -1; target.tabIndex = 0; target.focus(); };
    const index = all.indexOf(row);
    switch (event.key) {
      case 'ArrowDown': go(index + 1); break;
      case 'ArrowUp': go(index - 1); break;
      case 'Home': go(0); break;
      case 'End': go(all.length - 1); break;
      case 'ArrowRight': if (span.children.length && !span.open) this.toggle(span); else go(index + 1); break;
      case 'ArrowLeft': if (span.children.length && span.open) this.toggle(span); else if (this.rows.has(span.parentId)) go(all.indexOf(this.rows.get(span.parentId))); break;
      case 'Enter': case ' ': this.toggleDetails(span); break;
      default: return;
    }
    event.preventDefault();
  }
}

function below(span) {
  let number = 0;
  const stack = [...span.children];
  while (stack.length > 0) { const child = stack.pop(); number++; stack.push(...child.children); }
  return number;
}
