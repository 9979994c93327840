// The search: filters, a chart of what was found, and the traces themselves.
import { ask, el, notice, url } from './dom.js';
import { ago, colour, count, dateAndTime, duration } from './format.js';
import { chart } from './scatter.js';

const refreshEvery = 3_000;
const lookbacks = [['5m', 300], ['15m', 900], ['1h', 3_600], ['6h', 21_600], ['24h', 86_400], ['48h', 172_800], ['30d', 2_592_000]];

export async function showList(main) {
  const asked = new URLSearchParams(location.search);
  const { services } = await ask('api/v3/services');
  const form = buildForm(services, asked);
  const result = el('section', { 'aria-live': 'off', class: 'result' });
  main.replaceChildren(el('h1', { class: 'hidden' }, 'Search traces'), form, result);

  const fields = form.elements;
  const find = () => search(form, result);
  const findAndRemember = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, '', `${location.pathname}?${query}`);
    return find();
  };

  form.addEventListener('submit', event => { event.preventDefault(); findAndRemember(); });
  form.addEventListener('change', async event => {
    if (event.target === fields.service) { fields.operation.value = ''; await fillOperations(form); }
    findAndRemember();
  });
  await fillOperations(form, asked.get('operation'));
  await find();
  setInterval(() => { if (fields.auto.checked && !document.hidden && !result.matches(':hover, :focus-within')) find(); }, refreshEvery);
}

function buildForm(services, asked) {
  const option = (value, text, chosen) => el('option', { value, selected: value === chosen }, text);
  const field = (label, input, kind = '') => el('label', { class: `field ${kind}` }, el('span', {}, label), input);
  return el('form', { class: 'filters', 'aria-label': 'Filters' },
    field('Service', el('select', { name: 'service' }, option('', 'All services'), services.map(name => option(name, name, asked.get('service'))))),
    field('Operation', el('select', { name: 'operation' }, option('', 'All operations'))),
    field('Tags', el('input', {
      name: 'tags', value: asked.get('tags') ?? '', placeholder: 'key=value key2="two words"', autocomplete: 'off', spellcheck: 'false', maxlength: 2000,
    }), 'wide'),
    field('Longer than', el('input', {
      name: 'min', value: asked.get('min') ?? '', placeholder: '100ms', pattern: '\\s*([0-9.]+(ns|us|µs|ms|s|m|h))+\\s*', title: 'A duration such as 100ms or 1.5s', autocomplete: 'off',
    }), 'narrow'),
    field('Within', el('select', { name: 'lookback' }, lookbacks.map(([text]) => option(text, `last ${text}`, asked.get('lookback') ?? '48h'))), 'narrow'),
    field('At most', el('select', { name: 'limit' }, ['20', '100', '500', '1500'].map(number => option(number, number, asked.get('limit') ?? '100'))), 'narrow'),
    el('label', { class: 'check' }, el('input', { type: 'checkbox', name: 'errors', checked: asked.has('errors') }), 'Errors only'),
    el('label', { class: 'check' }, el('input', { type: 'checkbox', name: 'auto', checked: asked.has('auto') }), 'Auto refresh'),
    el('button', { class: 'primary' }, 'Find'));
}

async function fillOperations(form, chosen) {
  const service = form.elements.service.value;
  const select = form.elements.operation;
  select.disabled = !service;
  const names = service
    ? [...new Set((await ask(`api/v3/operations?service=${encodeURIComponent(service)}`)).operations.map(operation => operation.name))]
    : [];
  select.replaceChildren(
    el('option', { value: '' }, 'All operations'), ...names.map(name => el('option', { value: name, selected: name === chosen }, name)));
}

function tagsOf(text) {
  const tags = {};
  for (const [, key, quoted, plain] of text.matchAll(/([^\s=:]+)[=:](?:"([^"]*)"|(\S*))/g)) tags[key] = quoted ?? plain;
  return tags;
}

let latest = 0;

async function search(form, result) {
  const turn = ++latest;
  const values = Object.fromEntries(new FormData(form));
  const tags = tagsOf(values.tags);
  if (values.errors) tags.error = 'true';
  const seconds = lookbacks.find(([text]) => text === values.lookback)[1];
  const query = new URLSearchParams({
    'query.startTimeMin': new Date(Date.now() - seconds * 1_000).toISOString(),
    // Without an end: the clock that set a trace's times may be ahead of this one.
    'query.startTimeMax': '2200-01-01T00:00:00Z',
    'query.searchDepth': values.limit,
    'query.attributes': JSON.stringify(tags),
  });
  if (values.service) query.set('query.serviceName', values.service);
  if (values.operation) query.set('query.operationName', values.operation);
  if (values.min.trim()) query.set('query.durationMin', values.min.trim());

  try {
    const { summaries } = await ask(`api/v3/trace-summaries?${query}`);
    if (turn === latest) show(summaries.map(refine), result, values);
  } catch (failure) {
    if (turn === latest) result.replaceChildren(notice('This search cannot be answered', failure.message));
  }
}

function refine(summary) {
  // Nanoseconds do not fit a number exactly; microseconds do.
  const start = Number(BigInt(summary.minStartTimeUnixNano) / 1_000n);
  const end = Number(BigInt(summary.maxEndTimeUnixNano) / 1_000n);
  return { ...summary, start, duration: end - start };
}

function show(traces, result, values) {
  if (traces.length === 0) {
    const narrowed = values.service || values.tags || values.min || values.errors;
    result.replaceChildren(notice(
      narrowed ? 'Nothing fits' : 'No traces yet',
      narrowed ? 'No trace fits these filters. Widen the time or take a filter away.' : 'Send spans over OTLP to ports 4317 (gRPC) or 4318 (HTTP), and they show up here.'));
    return;
  }

  const longest = Math.max(...traces.map(trace => trace.duration), 1);
  const failed = traces.filter(trace => trace.errorSpanCount > 0).length;
  const full = traces.length === Number(values.limit) ? ', the newest' : '';
  result.replaceChildren(
    chart(traces),
    el('p', { class: 'tally' }, count(traces.length, 'trace'), full, failed ? ', ' : '', failed ? el('b', { class: 'bad' }, `${failed} with errors`) : ''),
    el('ol', { class: 'traces' }, traces.map(trace => row(trace, longest))));
}

function row(trace, longest) {
  const services = [...trace.services].sort((one, other) => other.spanCount - one.spanCount);
  return el('li', {}, el('a', { class: 'card', href: url(`trace/${trace.traceId}`), style: { '--service': colour(trace.rootServiceName) } },
    el('span', { class: 'title' },
      el('b', {}, trace.rootServiceName), ' ', el('span', {}, trace.rootOperationName), ' ',
      el('code', { class: 'dim' }, trace.traceId.slice(0, 7))),
    el('span', { class: 'length' }, duration(trace.duration)),
    el('span', { class: 'chips' },
      el('span', { class: 'chip plain' }, count(trace.spanCount, 'span')),
      trace.errorSpanCount ? el('span', { class: 'chip error' }, count(trace.errorSpanCount, 'error')) : null,
      trace.orphanSpanCount ? el('span', { class: 'chip warn', title: 'Spans whose parent has not come' }, count(trace.orphanSpanCount, 'orphan')) : null,
      services.map(service => el('span', { class: `chip ${service.errorSpanCount ? 'failed' : ''}`, style: { '--service': colour(service.name) } },
        service.name, el('small', {}, String(service.spanCount))))),
    el('time', { datetime: new Date(trace.start / 1_000).toISOString(), title: dateAndTime(trace.start) }, ago(trace.start)),
    el('span', { class: 'share' }, el('i', { style: { width: `${Math.max(0.4, 100 * trace.duration / longest)}%` } }))));
}
