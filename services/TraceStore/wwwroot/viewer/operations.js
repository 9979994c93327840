// What each operation took, in one trace and against another.
import { el } from './dom.js';
import { colour, count, duration, percent } from './format.js';
import { length } from './critical.js';
import { table } from './table.js';
import { ownTime } from './tree.js';

export function operations(trace) {
  const found = new Map();
  for (const span of trace.rows) {
    const key = `${span.service}\n${span.name}`;
    let sum = found.get(key);
    if (!sum) found.set(key, sum = { key, service: span.service, name: span.name, count: 0, failed: 0, total: 0, own: 0, critical: 0 });
    sum.count++;
    sum.failed += span.failed ? 1 : 0;
    sum.total += span.duration;
    sum.own += ownTime(span);
    sum.critical += length(trace.critical.get(span.id));
  }
  return [...found.values()];
}

const operation = {
  name: 'Operation',
  value: row => `${row.service} ${row.name}`,
  show: row => el('span', { class: 'called' }, el('i', { class: 'dot', style: { '--service': colour(row.service) } }), el('b', {}, row.service), ` ${row.name}`,
    row.failed ? el('span', { class: 'chip error' }, count(row.failed, 'error')) : null),
};

const time = (name, value, title) => ({ name, value, title, show: row => duration(value(row)) });

export function operationTable(trace) {
  const rows = operations(trace);
  const all = Math.max(1, rows.reduce((sum, row) => sum + row.own, 0));
  return table('What each operation took in this trace', [
    operation,
    { name: 'Count', value: row => row.count, show: row => row.count.toLocaleString('en') },
    time('Total', row => row.total, 'From beginning to end, added up'),
    time('Own time', row => row.own, 'What no child of it accounts for'),
    { name: 'Share', value: row => row.own, show: row => share(row.own / all), title: 'Of the own time of all spans' },
    time('Critical', row => row.critical, 'On the critical path: what the whole trace waited for'),
  ], rows, 'Own time');
}

const share = part => el('span', { class: 'part' }, el('i', { style: { width: `${60 * part}px` } }), percent(part));

export function comparison(trace, other) {
  const rows = new Map();
  const side = (found, name) => {
    const row = rows.get(found.key) ?? { service: found.service, name: found.name };
    rows.set(found.key, { ...row, [name]: found });
  };
  operations(other).forEach(found => side(found, 'there'));
  operations(trace).forEach(found => side(found, 'here'));

  const both = (field, row) => (row.here?.[field] ?? 0) - (row.there?.[field] ?? 0);
  const one = (name, side, title) => ({
    name,
    title,
    value: row => row[side]?.total ?? -1,
    show: row => row[side] ? [duration(row[side].total), row[side].count > 1 ? el('small', {}, ` ${row[side].count}×`) : null] : '—',
  });
  const difference = (name, field, title) => ({ name, title, value: row => both(field, row), show: row => signed(both(field, row)) });
  const total = trace.duration - other.duration;
  return el('div', {},
    el('p', { class: 'verdict' }, total === 0 ? 'Both took as long.' : [
      'This trace took ', el('b', {}, duration(trace.duration)), ', ', el('b', { class: total > 0 ? 'bad' : 'good' }, duration(Math.abs(total))),
      ` ${total > 0 ? 'longer' : 'less'} than the other (${duration(other.duration)}).`]),
    table('What got slower', [
      operation,
      one('Other', 'there', 'All calls of it in the other trace, added up'),
      one('This', 'here', 'All calls of it in this trace, added up'),
      difference('Difference', 'total', 'How much longer it took here'),
      difference('Own difference', 'own', 'How much longer it took here itself, without what it called'),
    ], [...rows.values()], 'Own difference'));
}

const signed = micros => micros === 0 ? '0' : el('span', { class: micros > 0 ? 'bad' : 'good' }, `${micros > 0 ? '+' : '−'}${duration(Math.abs(micros))}`);
