// The form of the search, and the question it makes of what is filled in.
import { ask, el } from './dom.js';

const lookbacks = [['5m', 300], ['15m', 900], ['1h', 3_600], ['6h', 21_600], ['24h', 86_400], ['48h', 172_800], ['30d', 2_592_000]];
const own = 'own';
// No end: the clock that set a trace's times may be ahead of this one.
const endOfTime = '2200-01-01T00:00:00Z';

export async function buildForm(services, asked) {
  const chosen = (name, otherwise) => asked.get(name) ?? otherwise;
  const within = [own, ...lookbacks.map(([name]) => name)].includes(asked.get('lookback')) ? asked.get('lookback') : '48h';
  const option = (value, text, wanted) => el('option', { value, selected: value === wanted }, text);
  const field = (label, input, kind = '') => el('label', { class: `field ${kind}` }, el('span', {}, label), input);
  const text = (name, properties) => el('input', { name, value: chosen(name, ''), autocomplete: 'off', spellcheck: 'false', ...properties });
  const length = { pattern: '\\s*([0-9.]+(ns|us|µs|ms|s|m|h))+\\s*', title: 'Of the whole trace: a duration such as 100ms or 1.5s' };
  const check = (name, label) => el('label', { class: 'check' }, el('input', { type: 'checkbox', name, checked: asked.has(name) }), label);
  const form = el('form', { class: 'filters', 'aria-label': 'Filters' },
    field('Service', el('select', { name: 'service' }, option('', 'All services'), services.map(name => option(name, name, asked.get('service'))))),
    field('Operation', el('select', { name: 'operation' }, option('', 'All operations'))),
    field('Filter', text('filter', {
      value: chosen('filter', tagsOf(chosen('tags', ''))), placeholder: 'key=value key!=value key>1 key~part', maxlength: 2000,
      title: 'All of it has to hold for one span: key=value, key!=value, key>1, key<10, key~part, key="two words"; keys are tags, name and duration',
    }), 'wide'),
    field('Longer than', text('min', { value: chosen('min', chosen('minDuration', '')), placeholder: '100ms', ...length }), 'narrow'),
    field('Shorter than', text('max', { value: chosen('max', chosen('maxDuration', '')), placeholder: '2s', ...length }), 'narrow'),
    field('Within', el('select', { name: 'lookback' }, lookbacks.map(([name]) => option(name, `last ${name}`, within)), option(own, 'from … to …', within)), 'narrow'),
    field('From', text('from', { type: 'datetime-local', step: 1 }), 'time'),
    field('To', text('to', { type: 'datetime-local', step: 1 }), 'time'),
    field('Order', el('select', { name: 'sort' }, [['newest', 'Newest'], ['longest', 'Longest'], ['spans', 'Most spans'], ['errors', 'Most errors']]
      .map(([value, name]) => option(value, name, chosen('sort', 'newest')))), 'narrow'),
    field('At most', el('select', { name: 'limit' }, ['20', '100', '500', '1500'].map(number => option(number, number, chosen('limit', '100')))), 'narrow'),
    check('errors', 'Errors only'), check('auto', 'Live'),
    el('button', { class: 'primary' }, 'Find'));
  showTimes(form);
  await fillOperations(form, asked.get('operation'));
  return form;
}

// A link to Jaeger's page has tags as JSON.
function tagsOf(text) {
  try {
    return Object.entries(JSON.parse(text)).map(([key, value]) => `${key}=${/\s/.test(value) ? `"${value}"` : value}`).join(' ');
  } catch {
    return text;
  }
}

// A time range of one's own has two fields more.
export function showTimes(form) {
  for (const name of ['from', 'to']) form.elements[name].closest('.field').hidden = form.elements.lookback.value !== own;
}

export async function fillOperations(form, chosen) {
  const service = form.elements.service.value;
  const select = form.elements.operation;
  select.disabled = !service;
  const names = service
    ? [...new Set((await ask(`api/v3/operations?service=${encodeURIComponent(service)}`)).operations.map(operation => operation.name))]
    : [];
  select.replaceChildren(
    el('option', { value: '' }, 'All operations'), ...names.map(name => el('option', { value: name, selected: name === chosen }, name)));
}

export function question(values) {
  const [from, to] = times(values);
  const query = new URLSearchParams({ 'query.startTimeMin': from, 'query.startTimeMax': to, 'query.searchDepth': values.limit, sort: values.sort });
  const add = (name, value) => { if (value?.trim()) query.set(name, value.trim()); };
  add('query.serviceName', values.service);
  add('query.operationName', values.operation);
  add('query.durationMin', values.min);
  add('query.durationMax', values.max);
  add('filter', `${values.filter} ${values.errors ? 'error=true' : ''}`);
  return query;
}

function times({ lookback, from, to }) {
  if (lookback === own) return [from ? new Date(from).toISOString() : '1970-01-01T00:00:00Z', to ? new Date(to).toISOString() : endOfTime];
  const [, seconds] = lookbacks.find(([name]) => name === lookback);
  return [new Date(Date.now() - seconds * 1_000).toISOString(), endOfTime];
}
