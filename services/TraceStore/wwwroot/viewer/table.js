// A table that is sorted by what one clicks on.
import { el } from './dom.js';

const most = 500;

export function table(caption, columns, rows, by) {
  const state = { by, falling: true };
  const body = el('tbody');
  const heads = columns.map(column => el('th', { scope: 'col', title: column.title }, el('button', {
    type: 'button',
    onclick: () => {
      state.falling = state.by !== column.name || !state.falling;
      state.by = column.name;
      fill();
    },
  }, column.name)));

  function fill() {
    const { value } = columns.find(column => column.name === state.by);
    const order = (one, other) => typeof one === 'string' ? other.localeCompare(one) : other - one;
    const sorted = [...rows].sort((one, other) => (state.falling ? 1 : -1) * order(value(one), value(other)));
    heads.forEach((head, index) => {
      if (columns[index].name === state.by) head.setAttribute('aria-sort', state.falling ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    body.replaceChildren(...sorted.slice(0, most).map(row => el('tr', {}, columns.map((column, index) =>
      el(index === 0 ? 'th' : 'td', index === 0 ? { scope: 'row' } : {}, column.show(row))))));
  }

  fill();
  return el('div', { class: 'sheet', role: 'region', 'aria-label': caption, tabindex: '0' },
    el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, heads)), body),
    rows.length > most ? el('p', { class: 'dim' }, `The first ${most} of ${rows.length.toLocaleString('en')}.`) : null);
}
