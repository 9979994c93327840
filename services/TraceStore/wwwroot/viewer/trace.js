// One trace: its spans in time, what each operation took, what was logged, and the same against another trace.
import { ask, el, notice, url } from './dom.js';
import { count } from './format.js';
import { Compare, withPath } from './compare.js';
import { Details, recordList } from './details.js';
import { resolve } from './ids.js';
import { Minimap } from './minimap.js';
import { operationTable } from './operations.js';
import { recall } from './results.js';
import { Summary } from './summary.js';
import { build } from './tree.js';
import { Waterfall } from './waterfall.js';

const patience = 15_000;
const poll = 1_500;
const wait = millis => new Promise(done => setTimeout(done, millis));

export async function showTrace(main, id) {
  const opened = Date.now();
  let page;
  let spans = 0;

  // A link may be followed before the last spans are exported: what is young is asked for again.
  for (;;) {
    let answer = null;
    try {
      const path = `api/traces/${encodeURIComponent(id)}`;
      answer = await Promise.all([ask(path), ask(`${path}/logs`)]);
    } catch (failure) {
      // What is shown stays.
      if (!page && !await explain(main, id, failure, Date.now() - opened < patience)) return;
    }
    if (answer) {
      const [{ data: [trace] }, records] = answer;
      page ??= new TracePage(main, trace.traceID.padStart(32, '0'));
      if (trace.spans.length !== spans) page.show(build(trace), records);
      else if (records.length !== page.records.length) page.show(page.trace, records);
      spans = trace.spans.length;
      if (Date.now() - (page.trace.start + page.trace.duration) / 1_000 > patience) return;
    }
    if (Date.now() - opened > 2 * patience) return;
    await wait(poll);
  }
}

// Says why there is nothing to see, and whether to ask again.
async function explain(main, id, failure, early) {
  if (failure.status !== 404) {
    main.replaceChildren(notice('This trace cannot be shown', failure.message));
    return false;
  }
  if (id.length !== 32 && id.length !== 16) {
    const found = await resolve(id);
    if (found.id) location.replace(url(`trace/${found.id}${location.search}`));
    else main.replaceChildren(found.notice);
    return false;
  }
  main.replaceChildren(early
    ? notice('Waiting for the spans…', 'This trace is not here yet.')
    : notice('This trace is not here', 'It was never sent, or it has made room for newer ones.', el('p', {}, el('a', { href: url('') }, 'Search for others'))));
  return early;
}

class TracePage {
  constructor(main, id) {
    const results = recall(id);
    this.asked = new URLSearchParams(location.search);
    this.summary = new Summary(id, results);
    this.found = el('output', { class: 'dim' });
    this.waterfall = new Waterfall({ onopen: span => this.open(span === this.opened ? null : span), onhits: hits => this.say(hits) });
    this.minimap = new Minimap(zoom => { this.waterfall.zoomTo(zoom); this.set('zoom', zoom?.map(Math.round).join('-')); });
    this.details = new Details(() => { this.open(null); this.waterfall.list.focus({ preventScroll: true }); });
    this.compare = new Compare(results, other => this.set('with', other));
    this.find = el('input', {
      type: 'search', placeholder: 'Find in this trace…', 'aria-label': 'Find in this trace', spellcheck: 'false', value: this.asked.get('find'),
      oninput: event => { this.set('find', event.target.value.trim()); this.waterfall.look(event.target.value.trim().toLowerCase()); },
      onkeydown: event => { if (event.key === 'Enter') { event.preventDefault(); this.waterfall.step(event.shiftKey ? -1 : 1); } },
    });
    const button = (text, onclick, title) => el('button', { type: 'button', class: 'quiet', title, onclick }, text);
    this.views = {
      timeline: el('section', { class: 'timeline', 'aria-label': 'Timeline' },
        el('div', { class: 'tools' }, this.find, this.found,
          button('‹', () => this.waterfall.step(-1), 'Previous match'), button('›', () => this.waterfall.step(1), 'Next match'),
          button('Expand all', () => this.waterfall.openAll(true)), button('Collapse all', () => this.waterfall.openAll(false)),
          el('span', { class: 'legend' }, el('i', { class: 'critical' }), 'critical path')),
        this.minimap.element,
        el('div', { class: 'beside' }, this.waterfall.element, this.details.element)),
      operations: el('section', { 'aria-label': 'Operations' }),
      logs: el('section', { 'aria-label': 'Logs' }),
      compare: el('section', { 'aria-label': 'Compare' }, this.compare.element),
    };
    this.links = Object.fromEntries(Object.keys(this.views).map(name => [name, el('a', {
      href: `${location.pathname}?view=${name}`, onclick: event => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); this.turnTo(name); } },
    }, name[0].toUpperCase() + name.slice(1))]));
    this.main = main;
  }

  show(trace, records) {
    const first = !this.trace;
    this.trace = withPath(trace);
    this.records = records;
    trace.records = new Map(Object.entries(Object.groupBy(records, record => record.spanId ?? '')));
    this.summary.show(trace);
    if (first) {
      this.main.replaceChildren(this.summary.element, el('nav', { class: 'views', 'aria-label': 'Views' }, Object.values(this.links)), ...Object.values(this.views));
      this.waterfall.zoom = this.zoomAsked();
      this.waterfall.text = this.find.value.toLowerCase();
    }
    this.links.logs.textContent = records.length ? `Logs ${records.length}` : 'Logs';
    this.waterfall.show(trace);
    this.minimap.show(trace, this.waterfall.zoom);
    this.compare.trace = trace;
    if (!first) { this.details.update(trace); this.fill(); return; }
    this.turnTo(this.asked.get('view') in this.views ? this.asked.get('view') : 'timeline');
    if (this.asked.has('with')) this.compare.choose(this.asked.get('with'));
    if (trace.spans.has(this.asked.get('span'))) { this.open(this.asked.get('span')); this.waterfall.reveal(this.opened); }
  }

  zoomAsked() {
    const [from, to] = (this.asked.get('zoom') ?? '').split('-').map(Number);
    return from >= 0 && to > from && to <= this.trace.duration ? [from, to] : null;
  }

  turnTo(name) {
    this.view = name;
    this.set('view', name === 'timeline' ? '' : name);
    for (const [other, section] of Object.entries(this.views)) {
      section.hidden = other !== name;
      if (other === name) this.links[other].setAttribute('aria-current', 'page'); else this.links[other].removeAttribute('aria-current');
    }
    this.fill();
  }

  fill() {
    const { trace, records, views } = this;
    if (this.view === 'timeline') this.waterfall.layOut();
    if (this.view === 'operations') views.operations.replaceChildren(operationTable(trace));
    if (this.view === 'compare') this.compare.show(trace);
    if (this.view === 'logs') {
      views.logs.replaceChildren(records.length === 0
        ? notice('No logs', 'No log record of this trace has come.')
        : recordList(records, trace, span => { this.turnTo('timeline'); this.open(span); this.waterfall.reveal(span); }));
    }
  }

  open(id) {
    this.opened = this.waterfall.opened = id;
    this.set('span', id);
    this.details.show(id && this.trace.spans.get(id), this.trace);
    this.waterfall.paint();
  }

  say(hits) {
    this.found.textContent = this.waterfall.text ? count(hits, 'match', 'matches') : '';
  }

  // What one sees is in the address, to be sent to somebody. Not at every move of the pointer: browsers take offence.
  set(name, value) {
    this.address ??= new URL(location.href);
    if (value) this.address.searchParams.set(name, value); else this.address.searchParams.delete(name);
    clearTimeout(this.soon);
    this.soon = setTimeout(() => history.replaceState(null, '', this.address), 150);
  }
}
