// The spans of a trace as rows. Only those in sight are in the document, so that ten thousand are as quick as ten.
import { el } from './dom.js';
import { colour, count, duration } from './format.js';
import { end, fits, visible } from './tree.js';

const narrow = matchMedia('(max-width: 720px)');
const beyond = 20;

export class Waterfall {
  // What is closed, chosen, open and looked for is kept by the spans' ids: it outlives the spans that come later.
  constructor({ onopen, onhits }) {
    Object.assign(this, { onopen, onhits, closed: new Set(), rows: new Map(), chosen: null, opened: null, text: '', hits: new Set(), zoom: null });
    this.scale = el('div', { class: 'scale' });
    this.list = el('div', { class: 'rows', role: 'treegrid', tabindex: '0', 'aria-label': 'Spans', 'aria-readonly': 'true' });
    this.list.addEventListener('keydown', event => this.key(event));
    this.list.addEventListener('click', event => this.click(event));
    this.element = el('div', { class: 'waterfall' },
      el('div', { class: 'ruler', 'aria-hidden': 'true' }, el('span', { class: 'head' }, 'Service and operation'), this.scale), this.list);
    addEventListener('scroll', () => this.paint(true), { passive: true });
    addEventListener('resize', () => this.layOut());
  }

  show(trace) {
    this.trace = trace;
    this.look(this.text);
  }

  look(text) {
    this.text = text;
    this.hits = new Set(text ? this.trace.rows.filter(span => fits(span, text)).map(span => span.id) : []);
    this.onhits(this.hits.size);
    this.layOut();
  }

  // The next match, or the one before, below whatever had been closed.
  step(by) {
    const found = this.trace.rows.filter(span => this.hits.has(span.id));
    if (found.length === 0) return;
    const at = found.findIndex(span => span.id === this.chosen);
    this.reveal(found[at < 0 ? (by > 0 ? 0 : found.length - 1) : (at + by + found.length) % found.length].id);
  }

  reveal(id) {
    let opened = false;
    for (let span = this.trace.spans.get(id)?.parent; span; span = span.parent) opened = this.closed.delete(span.id) || opened;
    if (opened) this.layOut();
    this.choose(id, 'center');
  }

  zoomTo(range) {
    this.zoom = range;
    this.paint();
  }

  openAll(open) {
    this.closed = new Set(open ? [] : this.trace.rows.filter(span => span.children.length > 0).map(span => span.id));
    if (!open) this.chosen = null;
    this.layOut();
  }

  layOut() {
    if (!this.trace) return;
    this.height = narrow.matches ? 58 : 32;
    this.shown = visible(this.trace.rows, this.closed);
    this.places = new Map(this.shown.map((span, index) => [span.id, index]));
    this.list.style.height = `${this.shown.length * this.height}px`;
    this.list.setAttribute('aria-rowcount', this.shown.length);
    this.paint();
  }

  // Once a frame, however much has changed; after a scroll only if other rows have come into sight.
  paint(scrolled = false) {
    this.moved ||= !scrolled;
    this.frame ??= requestAnimationFrame(() => {
      const scrolledOnly = !this.moved;
      this.frame = null;
      this.moved = false;
      this.draw(scrolledOnly);
    });
  }

  draw(scrolled) {
    if (!this.trace || !this.element.isConnected || this.element.closest('[hidden]')) return;
    const above = -this.list.getBoundingClientRect().top / this.height;
    const first = Math.max(0, Math.min(Math.floor(above) - beyond, this.shown.length - 1));
    const last = Math.min(this.shown.length, Math.ceil(above + innerHeight / this.height) + beyond);
    if (scrolled && Math.abs(first - this.first) < beyond / 2 && Math.abs(last - this.last) < beyond / 2) return;
    Object.assign(this, { first, last });

    const [from, to] = this.zoom ?? [0, this.trace.duration];
    this.scale.replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map(share => el('span', { style: { left: `${share * 100}%` } },
      from + share * (to - from) === 0 ? '0' : duration(from + share * (to - from)))));

    const rows = new Map();
    for (const span of this.shown.slice(first, last)) {
      const row = this.rows.get(span.id) ?? blank(span);
      rows.set(span.id, row);
      this.fill(row, span, from, to);
    }
    const same = this.rows.size === rows.size && [...rows.keys()].every((id, index) => this.list.children[index] === rows.get(id));
    this.rows = rows;
    if (!same) this.list.replaceChildren(...rows.values());
    if (this.rows.has(this.chosen)) this.list.setAttribute('aria-activedescendant', `span-${this.chosen}`);
    else this.list.removeAttribute('aria-activedescendant');
  }

  fill(row, span, from, to) {
    const { trace } = this;
    const share = micros => 100 * (micros - trace.start - from) / (to - from);
    const place = (element, one, other) => {
      const [left, right] = [Math.max(0, share(one)), Math.min(100, share(other))];
      element.hidden = share(other) < 0 || left > 100;
      element.style.left = `${Math.min(left, 99.8)}%`;
      element.style.width = `${Math.max(0, right - left)}%`;
      return [left, right];
    };
    const closed = this.closed.has(span.id);
    const offset = duration(span.start - trace.start);
    row.className = ['row', span.failed && 'failed', this.hits.has(span.id) ? 'hit' : this.text && 'miss', span.id === this.chosen && 'chosen'].filter(Boolean).join(' ');
    row.style.top = `${this.places.get(span.id) * this.height}px`;
    row.style.setProperty('--depth', Math.min(span.depth, 24));
    row.title = `${span.service}, ${span.name}${span.asks ? `, asks ${span.asks}` : ''}, ${duration(span.duration)}, begins after ${offset}${span.failed ? ', failed' : ''}`;
    row.setAttribute('aria-label', row.title + (trace.critical.has(span.id) ? ', on the critical path' : ''));
    row.setAttribute('aria-level', span.depth + 1);
    row.setAttribute('aria-rowindex', this.places.get(span.id) + 1);
    row.setAttribute('aria-selected', span.id === this.opened);
    if (span.children.length) row.setAttribute('aria-expanded', !closed); else row.removeAttribute('aria-expanded');

    const { caret, records, below, bar, took, line } = row.parts;
    caret.textContent = span.children.length ? closed ? '▸' : '▾' : '';
    below.hidden = !closed;
    below.textContent = closed ? `+${span.below}` : '';
    const said = trace.records?.get(span.id)?.length ?? 0;
    records.hidden = said === 0;
    records.textContent = said ? `≡ ${said}` : '';
    records.title = count(said, 'log record');

    const [left, right] = place(bar, span.start, end(span));
    took.className = `took ${right < 88 ? 'after' : right - left > 12 ? 'inside' : 'before'}`;
    line.querySelectorAll('.critical').forEach(section => section.remove());
    for (const [one, other] of merged(trace.critical.get(span.id) ?? [], (to - from) / 1_500)) {
      const section = el('i', { class: 'critical' });
      place(section, one, other);
      if (!section.hidden) line.append(section);
    }
  }

  click(event) {
    const id = event.target.closest('.row')?.dataset.id;
    if (!id) return;
    this.choose(id);
    if (event.target.closest('.caret') && this.trace.spans.get(id).children.length) this.toggle(id);
    else this.onopen(id);
  }

  toggle(id) {
    if (!this.closed.delete(id)) this.closed.add(id);
    this.layOut();
  }

  // Brings the row into sight and marks it; the keyboard stays on the list, whose rows come and go.
  choose(id, block = 'nearest') {
    this.chosen = id;
    const place = this.places.get(id);
    if (place === undefined) return;
    const top = this.list.getBoundingClientRect().top + place * this.height;
    const [least, most] = [100, innerHeight - this.height - 8];
    if (block === 'center') scrollBy(0, top - innerHeight / 2);
    else if (top < least) scrollBy(0, top - least);
    else if (top > most) scrollBy(0, top - most);
    this.paint();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.places.get(this.chosen) ?? -1;
    const span = this.shown[at];
    const closed = span && this.closed.has(span.id);
    const page = Math.max(1, Math.floor(innerHeight / this.height) - 4);
    const go = index => this.choose(this.shown[Math.max(0, Math.min(this.shown.length - 1, index))].id);
    switch (event.key) {
      case 'ArrowDown': go(at + 1); break;
      case 'ArrowUp': go(at - 1); break;
      case 'PageDown': go(at + page); break;
      case 'PageUp': go(at - page); break;
      case 'Home': go(0); break;
      case 'End': go(this.shown.length - 1); break;
      case 'ArrowRight': if (closed) this.toggle(span.id); else go(at + 1); break;
      case 'ArrowLeft': if (span?.children.length && !closed) this.toggle(span.id); else if (span?.parent) go(this.places.get(span.parent.id)); break;
      case 'Escape': if (this.opened) this.onopen(this.opened); break;
      case 'Enter': case ' ': if (span) this.onopen(span.id); break;
      default: return;
    }
    event.preventDefault();
  }
}

// What a span says of itself does not change; where and how it is shown does.
function blank(span) {
  const parts = {
    caret: el('span', { class: 'caret', 'aria-hidden': 'true' }),
    records: el('span', { class: 'mark' }),
    below: el('small', { class: 'chip plain' }),
    took: el('span', {}, duration(span.duration)),
  };
  parts.bar = el('span', { class: 'span-bar' },
    span.logs.slice(0, 100).map(log => el('i', { class: 'tick', style: { left: `${Math.max(0, Math.min(100, 100 * (log.timestamp - span.start) / Math.max(1, span.duration)))}%` } })), parts.took);
  parts.line = el('span', { class: 'line', role: 'gridcell' }, parts.bar);
  const row = el('div', { role: 'row', id: `span-${span.id}`, 'data-id': span.id, style: { '--service': colour(span.service) } },
    el('span', { class: 'name', role: 'gridcell' }, parts.caret,
      span.failed ? el('span', { class: 'mark bad', title: 'This span failed' }, '!') : null,
      span.warnings.length ? el('span', { class: 'mark warn', title: span.warnings[0] }, '⚠') : null,
      el('b', {}, span.service), el('span', { class: 'operation' }, span.name), span.asks ? el('small', { class: 'asks' }, `→ ${span.asks}`) : null,
      span.links.length ? el('span', { class: 'mark', title: `${count(span.links.length, 'link')} to other spans` }, `↗ ${span.links.length}`) : null,
      parts.records, parts.below),
    parts.line);
  row.parts = parts;
  return row;
}

// Sections nobody could see apart are drawn as one.
function merged(sections, least) {
  const drawn = [];
  for (const [from, to] of sections) {
    const last = drawn.at(-1);
    if (last && last[0] - to < least) last[0] = from; else drawn.push([from, to]);
  }
  return drawn;
}
