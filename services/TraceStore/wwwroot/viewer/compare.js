// This trace against another one: chosen by its id, or among those the last search found.
import { ask, el, notice } from './dom.js';
import { duration } from './format.js';
import { criticalPath } from './critical.js';
import { resolve } from './ids.js';
import { comparison } from './operations.js';
import { build } from './tree.js';

export async function load(id) {
  const { data } = await ask(`api/traces/${encodeURIComponent(id)}`);
  return withPath(build(data[0]));
}

export const withPath = trace => Object.assign(trace, { critical: criticalPath(trace.root) });

export class Compare {
  constructor(results, onchosen) {
    this.result = el('div', { 'aria-live': 'polite' });
    this.input = el('input', { name: 'with', type: 'search', 'aria-label': 'Id of the other trace', placeholder: 'Id of the other trace…', pattern: '\\s*[0-9a-fA-F]{1,32}\\s*', autocomplete: 'off', spellcheck: 'false' });
    const pick = (name, trace) => trace ? el('button', { type: 'button', class: 'quiet', onclick: () => this.choose(trace.id) }, `${name} (${duration(trace.duration)})`) : null;
    this.element = el('div', { class: 'compare' },
      el('form', { class: 'tools', onsubmit: event => { event.preventDefault(); this.choose(this.input.value.trim()); } },
        this.input, el('button', { class: 'quiet' }, 'Compare'),
        results ? [pick('Fastest like it', results.fastest), pick('Slowest like it', results.slowest), pick('Previous result', results.previous), pick('Next result', results.next)] : null),
      this.result);
    this.onchosen = onchosen;
  }

  async choose(text) {
    this.input.value = text;
    this.other = null;
    if (!text) { this.result.replaceChildren(); this.onchosen(null); return; }
    try {
      const found = await resolve(text);
      if (found.id) this.other = await load(found.id);
      this.onchosen(found.id ?? text);
      if (this.other) this.show(this.trace); else this.result.replaceChildren(found.notice);
    } catch (failure) {
      this.result.replaceChildren(notice('This trace cannot be compared', failure.message));
    }
  }

  show(trace) {
    this.trace = trace;
    if (this.other) this.result.replaceChildren(comparison(trace, this.other));
    else if (!this.input.value) this.result.replaceChildren(notice('What got slower?', 'Choose another trace: what each operation took there and here stands side by side.'));
  }
}
