// Rate, errors and durations of each service over time: what Jaeger's Monitor API says, as a table of small charts.
import { ask, el, url } from './dom.js';
import { colour, duration, percent } from './format.js';
import { spark } from './spark.js';

const points = 60;
const minute = 60_000;

const columns = [
  { name: 'Rate', path: 'calls', text: value => `${value === 0 ? 0 : value < 0.095 ? value.toFixed(3) : value < 99.5 ? value.toFixed(1) : value.toFixed(0)} /s` },
  { name: 'Errors', path: 'errors', text: percent, bad: value => value > 0 },
  { name: 'p50', path: 'latencies', quantile: 0.5, text: value => duration(value * 1_000) },
  { name: 'p95', path: 'latencies', quantile: 0.95, text: value => duration(value * 1_000) },
];

// Each point is over the time before it: the distance of two, but no less than a minute.
export async function red(services, edges, lookback) {
  const query = new URLSearchParams([
    ...services.map(name => ['service', name]), ['endTs', Date.now()], ['lookback', lookback], ['step', lookback / points], ['ratePer', Math.max(minute, lookback / points)],
  ]);
  const answers = await Promise.all(columns.map(({ path, quantile }) => ask(`api/metrics/${path}?${query}${quantile ? `&quantile=${quantile}` : ''}`)));
  const series = answers.map(({ metrics }) => new Map(metrics.map(metric => [
    metric.labels.find(label => label.name === 'service_name').value,
    metric.metricPoints.map(point => Number(point.gaugeValue.doubleValue)),
  ])));

  return el('div', { class: 'sheet', role: 'region', 'aria-label': 'Services, as a table', tabindex: '0' }, el('table', { class: 'red' },
    el('caption', {}, 'Calls that each service answered'),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Service'), columns.map(({ name }) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, services.map(service => el('tr', { style: { '--service': colour(service) } },
      el('th', { scope: 'row' }, el('i', { class: 'dot' }), el('a', { href: url(`?service=${encodeURIComponent(service)}`) }, service),
        edges.has(service) ? el('span', { class: 'chip plain', title: 'Nobody here calls it: requests come in through it' }, 'edge') : null),
      columns.map((column, index) => el('td', {}, cell(column, series[index].get(service) ?? []))))))));
}

function cell({ text, bad }, values) {
  const now = values.at(-1);
  const known = values.filter(value => !Number.isNaN(value));
  const most = Math.max(...known, 0);
  return [
    el('b', { class: bad?.(now) ? 'bad' : '' }, now === undefined || Number.isNaN(now) ? '—' : text(now)),
    spark(values, known.length ? `at most ${text(most)}` : 'no calls', { to: most || 1, bad: Boolean(bad) }),
  ];
}
