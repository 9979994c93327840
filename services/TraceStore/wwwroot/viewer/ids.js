// Ids one may begin to write: the traces whose id begins so.
import { ask, el, notice, url } from './dom.js';

// The one that fits, else null, and what there is to say in its place. A whole id is one, whether it is here yet or not.
export async function resolve(text) {
  if (text.length === 32) return { id: text };
  const { ids } = await ask(`api/ids/${encodeURIComponent(text)}`);
  if (ids.length === 1) return { id: ids[0] };
  return {
    id: null,
    notice: ids.length === 0
      ? notice('This trace is not here', `No trace has an id that begins with ${text}. It was never sent, or it has made room for newer ones.`,
        el('p', {}, el('a', { href: url('') }, 'Search for others')))
      : notice('Several traces fit', `These ids begin with ${text}${ids.length > 20 ? '; there are more' : ''}:`,
        el('ul', { class: 'choices' }, ids.slice(0, 20).map(id => el('li', {}, el('a', { href: url(`trace/${id}`) }, el('code', {}, id)))))),
  };
}
