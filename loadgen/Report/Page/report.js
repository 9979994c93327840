const report = JSON.parse(document.getElementById('report').textContent);
const $ = id => document.getElementById(id);
const ms = value => `${number(value)}`;
const fixed = value => value.toFixed(2);
const missed = report.requirements.filter(requirement => !requirement.met).length;

document.title = `Load report: ${report.load}`;
$('title').textContent = report.load;
$('subtitle').textContent = [
  new Date(report.started).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
  `${number(report.seconds, 1)} s after ${number(report.warmUpSeconds)} s of warm-up`, report.targets.join(', '), report.photographs,
].join(' · ');

if (report.requirements.length > 0) {
  $('verdict').textContent = missed ? `${missed} of ${report.requirements.length} requirements missed` : 'All requirements met';
  $('verdict').className = missed ? 'bad' : 'good';
  $('requirements').hidden = false;
  fillTable($('requirements').querySelector('table'), ['required', 'measured', ''],
    report.requirements.map(r => [html('code', {}, r.text), r.measured, html('span', { class: r.met ? 'good' : 'bad' }, r.met ? '✔ met' : '✘ missed')]));
} else {
  $('verdict').remove();
}

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
  report.traces
    ? tile('complete traces', `${report.traces.complete}`, `of ${report.traces.checked}`, report.traces.complete === report.traces.checked ? 'good' : 'bad')
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
], { width: 1180, height: 250, unit: 'ms' });
// The last slice is seldom a whole one; its rates would look like a fall.
const whole = xs.length > 2 ? xs.length - 1 : xs.length;
lineChart($('rate'), xs.slice(0, whole), [
  { name: 'due', colour: '--c4', values: column('due').slice(0, whole), dash: true },
  { name: 'answered', colour: '--c1', values: column('answered').slice(0, whole), area: true },
], { unit: '/s' });
lineChart($('inflight'), xs, [{ name: 'in flight', colour: '--c1', values: column('inFlight'), area: true }]);

if (report.totals.failed > 0) {
  lineChart($('errors'), xs.slice(0, whole), [{ name: 'errors', colour: '--c3', values: column('failed').slice(0, whole), area: true }], { unit: '/s' });
  fillTable($('kinds'), ['kind', '#number', '#share'],
    Object.entries(report.errors).map(([kind, count]) => [html('code', {}, kind), number(count, 0), `${number(count / (report.totals.answered + report.totals.failed) * 100, 2)} %`]));
} else {
  $('errors').append(html('p', { class: 'good' }, 'None.'));
}
if (report.totals.degraded > 0) {
  $('errors').append(html('p', {}, `${number(report.totals.degraded, 0)} answers lack a member's vote.`));
}

// Percentiles as 1 / (1 − p), on a logarithmic axis: the tail gets the room it deserves.
const nines = percent => Math.log10(1 / (1 - percent / 100));
const inner = report.curve.filter(point => point.percent < 100);
if (inner.length > 0) {
  const last = nines(inner[inner.length - 1].percent) || 1;
  const marks = [0, 50, 90, 99, 99.9, 99.99, 99.999].filter(percent => nines(percent) <= last);
  lineChart($('curve'), inner.map(point => nines(point.percent)),
    [{ name: 'latency', colour: '--c1', values: inner.map(point => point.ms), area: true }],
    { xMax: last, xTicks: marks.map(percent => [nines(percent), `${percent} %`]), xLabel: x => `${number(100 * (1 - 10 ** -x), 3)} %`, unit: 'ms' });
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

if (report.byTarget.length > 1) {
  $('targets').hidden = false;
  fillTable($('targets').querySelector('table'), ['address', '#answered', '#errors', '#p50', '#p95', '#p99'],
    report.byTarget.map(t => [html('code', {}, t.target), number(t.answered, 0), number(t.failed, 0), ms(t.p50), ms(t.p95), ms(t.p99)]));
}

const columns = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'];
fillTable($('percentiles'), ['', ...columns.map(name => `#${name === 'p999' ? 'p99.9' : name}`)], [
  ['latency, from the intended start', ...columns.map(name => ms(report.latency[name]))],
  ['service, from the real start', ...columns.map(name => ms(report.service[name]))],
  ['how late the generator was', ...columns.map(name => ms(report.lag[name]))],
]);

fillTable($('slowest'), ['#ms', '#at s', 'outcome', 'trace'], report.slowest.map(slow => [
  ms(slow.ms), number(slow.at, 2), slow.error ? html('code', { class: 'bad' }, slow.error) : 'answered',
  slow.traceUrl ? html('a', { href: slow.traceUrl }, html('code', {}, slow.traceId)) : '',
]));

$('footer').textContent = [report.machine, report.untrained ? 'untrained models: the answers mean nothing, the times do' : '', report.interrupted ? 'stopped before its end' : ''].filter(Boolean).join(' · ');
