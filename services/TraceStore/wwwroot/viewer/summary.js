// What the head of a trace's page says.
import { el, url } from './dom.js';
import { colour, dateAndTime, duration } from './format.js';
import { judgedBy, Judgement } from './judgement.js';

export class Summary {
  constructor(id, results) {
    this.title = el('h1');
    this.facts = el('div');
    this.judgement = new Judgement();
    const step = (name, text, trace) => trace
      ? el('a', { class: 'quiet', rel: name, href: url(`trace/${trace.id}`), title: `${trace.root}, ${duration(trace.duration)}` }, text)
      : el('span', { class: 'quiet off' }, text);
    this.element = el('header', { class: 'summary' },
      results ? el('nav', { class: 'steps', 'aria-label': 'Results' },
        el('a', { class: 'quiet', href: url(results.search) }, 'Results'), step('prev', '‹ Previous', results.previous),
        el('span', { class: 'dim' }, `${results.at + 1} of ${results.count}`), step('next', 'Next ›', results.next)) : null,
      this.title,
      el('p', { class: 'id' }, el('code', {}, id), el('button', {
        type: 'button', class: 'quiet', onclick: event => navigator.clipboard?.writeText(id).then(() => { event.target.textContent = 'Copied'; }),
      }, 'Copy id'), el('a', { class: 'quiet', href: url(`api/traces/${id}`) }, 'JSON')),
      this.facts, this.judgement.element);
  }

  show(trace) {
    const { root, services } = trace;
    // The one that is judged is named in words.
    const mates = trace.mates.filter(id => id.padStart(32, '0') !== judgedBy(trace));
    document.title = `${root.service} ${root.name} · ${duration(trace.duration)}`;
    this.title.replaceChildren(el('span', { class: 'dot', style: { '--service': colour(root.service) } }), root.service, ' ', el('span', {}, root.name));
    const stat = (name, value, kind = '') => el('div', { class: kind }, el('dt', {}, name), el('dd', {}, value));
    const spans = Object.groupBy(trace.rows, span => span.service);
    this.facts.replaceChildren(
      el('dl', { class: 'stats' },
        stat('Began', dateAndTime(trace.start)), stat('Duration', duration(trace.duration), 'big'), stat('Services', String(services.length)),
        stat('Spans', trace.rows.length.toLocaleString('en')), stat('Depth', String(trace.depth)), trace.errors ? stat('Errors', String(trace.errors), 'bad') : null),
      el('div', { class: 'chips' }, services.map(name => el('span', { class: 'chip', style: { '--service': colour(name) } },
        name, el('small', {}, spans[name].length.toLocaleString('en'))))),
      mates.length ? el('p', { class: 'mates' }, el('span', {}, 'Linked: '), mates.slice(0, 16).map(id =>
        el('a', { class: 'chip plain', href: url(`trace/${id}`) }, id.slice(0, 8))), mates.length > 16 ? ` and ${mates.length - 16} more` : '') : '');
    this.judgement.show(trace);
  }
}
