const report = JSON.parse(document.getElementById('report').textContent);
const $ = id => document.getElementById(id);
const ms = value => `${number(value)}`;
const fixed = value => value.toFixed(2);
document.title = `Load report: ${report.load}`;
$('title').textContent = report.load;
$('subtitle').textContent = [
  new Date(report.started).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
  `${number(report.seconds, 1)} s after ${number(report.warmUpSeconds)} s of warm-up`, report.targets.join(', '), report.photographs,
].join(' · ');

const verdict = report.verdict;
const state = verdict.state.toLowerCase();
const sign = { good: '✔', remarkable: '!', bad: '✘' }[state];
$('verdict').textContent = `${sign} ${verdict.text}`;
$('verdict').className = state;
$('remarks').className = state;
$('remarks').append(...verdict.remarks.map(remark => html('li', {}, remark)));
$('remarks').hidden = verdict.remarks.length === 0;

if (report.requirements.length > 0) {
  $('requirements').hidden = false;
  fillTable($('requirements').querySelector('table'), ['required', 'measured', 'outcome'],
    report.requirements.map(r => [html('code', {}, r.text), r.measured, html('span', { class: r.met ? 'good' : 'bad' }, r.met ? '✔ met' : '✘ missed')]));
}

/** The requirements of these metrics as lines for a chart; factor turns a limit into the chart's unit. */
const limits = (metrics, factor = 1) => report.requirements.filter(r => metrics.test(r.metric)).map(r => ({ text: r.text, value: r.limit * factor, met: r.met }));

function tile(name, value, unit, state = '') {
  return html('div', { class: 'tile' }, html('span', { class: 'muted' }, name), html('b', { class: state }, value, html('small', {}, unit)));
}

$('tiles').append(
  tile('answered', number(report.totals.answered, 0), ''),
  tile('rate', number(report.totals.answeredPerSecond, 1), '/s'),
  tile('p50', ms(report.latency.p50), 'ms'),
  tile('p95', ms(report.latency.p95), 'ms'),
  tile('p99', ms(report.latency.p99), 'ms'),
  tile('errors', number(report.totals.errorShare * 100, 2), '%', report.totals.failed ? 'bad' : 'good'),
  tile('without every vote', number(report.totals.degradedShare * 100, 2), '%', report.totals.degraded ? 'remarkable' : 'good'),
  report.traces
    ? tile('complete traces', `${report.traces.complete}`, `of ${report.traces.checked}`, report.traces.complete === report.traces.checked - report.traces.evicted ? 'good' : 'bad')
    : tile('complete traces', '–', 'not checked'));

const xs = report.slices.map(slice => slice.at);
// A slice in which nothing ended has no latency, which is not a latency of nought.
const latency = key => report.slices.map(slice => slice.answered + slice.failed > 0 && slice.max > 0 ? slice[key] : NaN);
const column = key => report.slices.map(slice => slice[key]);

lineChart($('latency'), xs, [
  { name: 'p50', colour: '--c1', values: latency('p50'), area: true },
  { name: 'p95', colour: '--c2', values: latency('p95') },
  { name: 'p99', colour: '--c3', values: latency('p99') },
  { name: 'max', colour: '--c4', values: latency('max'), dash: true },
], { width: 1180, height: 250, unit: 'ms', limits: limits(/^(p[\d.]+|mean|min|max)$/), name: 'Latency over time' });
// After the load's end answers still come, and its last stretch may be shorter than the others: neither is a fall of the rate.
const loaded = report.slices.filter(slice => slice.loaded >= .5);
const during = key => loaded.map(slice => slice[key] / slice.loaded);
const loadedXs = loaded.map(slice => slice.at);
lineChart($('rate'), loadedXs, [
  { name: 'due', colour: '--c4', values: during('due'), dash: true },
  { name: 'answered', colour: '--c1', values: during('answered'), area: true },
], { unit: '/s', limits: limits(/^rate$/), name: 'Rate over time' });
lineChart($('inflight'), xs, [{ name: 'in flight', colour: '--c1', values: column('inFlight'), area: true }], { name: 'Requests in flight over time' });

const ended = report.totals.answered + report.totals.failed;
const byTheEdge = Object.entries(report.byTheEdge ?? {});
const outcome = (name, count, state) => [html('span', { class: state }, name), number(count, 0), ended ? `${number(count / ended * 100, 2)} %` : ''];
fillTable($('outcomes'), ['outcome', '#requests', '#share'], [
  outcome('answered by every member', report.totals.answered - report.totals.degraded - byTheEdge.reduce((sum, [, count]) => sum + count, 0), 'good'),
  ...byTheEdge.map(([why, count]) => outcome(`answered by the edge: ${why}`, count, ['confident', 'edge_only'].includes(why) ? 'good' : 'remarkable')),
  ...Object.entries(report.leftOut).map(([missing, count]) => outcome(`answered without ${missing}`, count, 'remarkable')),
  ...Object.entries(report.errors).map(([kind, count]) => outcome(kind, count, 'bad')),
  ...(report.totals.unfinished > 0 ? [['cut off', number(report.totals.unfinished, 0), '']] : []),
]);

if (report.totals.failed + report.totals.degraded > 0) {
  const mean = loaded.length > 0 ? loaded.reduce((sum, slice) => sum + slice.due, 0) / loaded.length : 0;
  lineChart($('errors'), xs, [
    { name: 'errors', colour: '--c3', values: column('failed'), area: true },
    { name: 'answers without every vote', colour: '--c2', values: column('degraded') },
  ], { unit: '/s', limits: limits(/^(errors|degraded)$/, mean), name: 'Errors and degraded answers over time' });
} else {
  $('errors').append(html('p', { class: 'good' }, 'No errors, and no answer without every vote.'));
}

// Percentiles as 1 / (1 − p), on a logarithmic axis: the tail gets the room it deserves.
const nines = percent => Math.log10(1 / (1 - percent / 100));
const inner = report.curve.filter(point => point.percent < 100);
if (inner.length > 0) {
  const last = nines(inner[inner.length - 1].percent) || 1;
  const marks = [0, 50, 90, 99, 99.9, 99.99, 99.999].filter(percent => nines(percent) <= last);
  const earlier = (report.compared?.curve ?? []).filter(point => point.percent < 100);
  // Both curves halve what is left in the same steps; the shorter run's ends earlier.
  const then = inner.map((_, i) => earlier[i]?.ms ?? NaN);
  lineChart($('curve'), inner.map(point => nines(point.percent)), [
    ...(earlier.length > 0 ? [{ name: 'the earlier run', colour: '--c4', values: then, dash: true }] : []),
    { name: 'latency', colour: '--c1', values: inner.map(point => point.ms), area: true },
  ], {
    xMax: last, xTicks: marks.map(percent => [nines(percent), `${percent} %`]), xLabel: x => `${number(100 * (1 - 10 ** -x), 3)} %`, unit: 'ms',
    limits: limits(/^(p[\d.]+|mean|min|max)$/), name: 'Latency by percentile',
  });
}

if (report.histogram.length > 0) {
  barChart($('histogram'), report.histogram, ['p50', 'p95', 'p99'].map(name => ({ text: name, value: report.latency[name] })), { name: 'How many requests took how long', unit: 'ms' });
}

if (report.compared) {
  const { compared } = report;
  const when = new Date(compared.started).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  const change = row => row.change === null ? '' : `${row.change > 0 ? '+' : ''}${number(row.change * 100, 1)} %`;
  const judged = row => row.better === null ? '' : row.better ? 'good' : 'bad';
  $('compared').hidden = false;
  $('compared-note').textContent = `${when}, ${compared.load}; less than a tenth may be chance`;
  $('differences').append(...compared.differences.map(difference => html('li', {}, `not the same ${difference}`)));
  $('differences').hidden = compared.differences.length === 0;
  fillTable($('compared').querySelector('table'), ['figure', '#then', '#now', '#change', 'so'], compared.rows.map(row => [
    row.name, `${number(row.before)} ${row.unit}`, `${number(row.now)} ${row.unit}`, html('span', { class: judged(row) }, change(row)),
    html('span', { class: judged(row) }, { good: 'better', bad: 'worse' }[judged(row)] ?? ''),
  ]));
}

if (report.traces && report.traces.path.length > 0) {
  const total = report.traces.path.reduce((sum, stage) => sum + stage.mean, 0);
  $('stages-note').textContent = `mean of ${report.traces.complete} complete traces, ${ms(total)} ms; among the members the slowest`;
  $('path').append(html('div', { class: 'bar' }, ...report.traces.path.map((stage, i) => {
    const part = html('span', { title: `${stage.stage}: ${ms(stage.mean)} ms` });
    part.style.cssText = `flex: ${stage.mean} 0 0; background: var(--s${i})`;
    return part;
  })));
  const swatch = i => { const s = html('span', { class: 'swatch' }); s.style.background = `var(--s${i})`; return s; };
  fillTable($('path-table'), ['stage', '#mean ms', '#share', '#p50', '#p95'], report.traces.path.map((stage, i) =>
    [html('span', {}, swatch(i), stage.stage), fixed(stage.mean), `${number(stage.mean / total * 100, 0)} %`, fixed(stage.p50), fixed(stage.p95)]));
  fillTable($('member-table'), ['member', '#mean ms', '#p50', '#p95'],
    report.traces.members.map(stage => [stage.stage, fixed(stage.mean), fixed(stage.p50), fixed(stage.p95)]));
} else {
  $('stages-note').textContent = report.tracesNotChecked ?? 'no complete trace was read back';
}

if (report.traces && Object.keys(report.traces.missingSpans).length > 0) {
  const table = html('table');
  fillTable(table, ['missing span', '#traces'], Object.entries(report.traces.missingSpans).map(([span, count]) => [html('code', { class: 'bad' }, span), number(count, 0)]));
  $('stages').append(table);
}

function fillGroups(id, name, rows) {
  $(id).hidden = rows.length < 2;
  fillTable($(id).querySelector('table'), [name, '#answered', '#without every vote', '#errors', '#p50', '#p95', '#p99'],
    rows.map(row => [html('code', {}, row.name), number(row.answered, 0), number(row.degraded, 0), number(row.failed, 0), ms(row.p50), ms(row.p95), ms(row.p99)]));
}
fillGroups('targets', 'address', report.byTarget);
fillGroups('photographs', 'photograph', report.byPhotograph.toSorted((a, b) => b.p95 - a.p95));

const columns = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'];
fillTable($('percentiles'), ['time', ...columns.map(name => `#${name === 'p999' ? 'p99.9' : name}`)], [
  ['latency, from the intended start', ...columns.map(name => ms(report.latency[name]))],
  ['service, from the real start', ...columns.map(name => ms(report.service[name]))],
  ['how late the generator was', ...columns.map(name => ms(report.lag[name]))],
]);

fillTable($('slowest'), ['#ms', '#at s', 'outcome', 'trace'], report.slowest.map(slow => [
  ms(slow.ms), number(slow.at, 2), slow.error ? html('code', { class: 'bad' }, slow.error) : 'answered',
  slow.traceUrl ? html('a', { href: slow.traceUrl }, html('code', {}, slow.traceId)) : '',
]));

$('command').textContent = report.commandLine;
$('made').textContent = [
  `seed ${report.seed}`, `members: ${report.members.join(', ') || 'unknown'}`,
  report.untrained ? 'untrained models: the answers mean nothing, the times do' : '', `load generator ${report.version}`, report.machine,
].filter(Boolean).join(' · ');
