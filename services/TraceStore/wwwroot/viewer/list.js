// The search: filters, a chart of what was found, and the traces themselves.
import { ask, el, notice, url } from './dom.js';
import { ago, colour, count, dateAndTime, duration } from './format.js';
import { buildForm, fillOperations, question, showTimes } from './filters.js';
import { remember } from './results.js';
import { chart } from './scatter.js';

const refreshEvery = 3_000;

export async function showList(main) {
  const { services } = await ask('api/v3/services');
  const form = await buildForm(services, new URLSearchParams(location.search));
  const result = el('section', { 'aria-label': 'Traces', class: 'result' });
  const live = el('output', { class: 'live' });
  main.replaceChildren(el('h1', { class: 'hidden' }, 'Search traces'), form, live, result);

  const fields = form.elements;
  const find = () => search(form, result);
  const findAndKeep = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, '', `${location.pathname}?${query}`);
    return find();
  };

  form.addEventListener('submit', event => { event.preventDefault(); findAndKeep(); });
  form.addEventListener('change', async event => {
    showTimes(form);
    if (event.target === fields.service) { fields.operation.value = ''; await fillOperations(form); }
    findAndKeep();
  });
  await find();
  tail(fields.auto, live, result, find);
}

// Fetches what is new again and again, but not under somebody's hands; and says which of the two.
function tail(box, live, result, find) {
  const paused = () => document.hidden ? 'the page is not in sight'
    : result.matches(':focus-within') ? 'the keyboard is on a trace'
      : result.matches(':hover') ? 'the pointer is on the traces' : '';
  const say = () => {
    const why = paused();
    live.textContent = !box.checked ? '' : why ? `Paused: ${why}.` : 'Live: new traces show up by themselves.';
    live.classList.toggle('paused', Boolean(why));
  };
  for (const event of ['mouseenter', 'mouseleave', 'focusin', 'focusout']) result.addEventListener(event, () => setTimeout(say));
  document.addEventListener('visibilitychange', say);
  box.addEventListener('change', say);
  say();
  const again = async () => {
    say();
    if (box.checked && !paused()) await find();
    setTimeout(again, refreshEvery);
  };
  setTimeout(again, refreshEvery);
}

let latest = 0;

async function search(form, result) {
  const turn = ++latest;
  const values = Object.fromEntries(new FormData(form));
  try {
    const answer = await ask(`api/search?${question(values)}`);
    if (turn !== latest) return;
    const traces = answer.summaries.map(refine);
    remember(traces, location.search);
    show(traces, answer, result, values);
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

function show(traces, { looked, more }, result, values) {
  // The store looks at as many as one search may answer; what lies further back is not known.
  const bounds = more ? `, of the newest ${looked.toLocaleString('en')}` : '';
  if (traces.length === 0) {
    const narrowed = values.service || values.filter || values.min || values.max || values.errors || values.lookback === 'own';
    result.replaceChildren(notice(
      narrowed ? 'Nothing fits' : 'No traces yet',
      narrowed ? `No trace${bounds} fits these filters. Widen the time or take a filter away.` : 'Send spans over OTLP to ports 4317 (gRPC) or 4318 (HTTP), and they show up here.'));
    return;
  }

  const longest = Math.max(...traces.map(trace => trace.duration), 1);
  const failed = traces.filter(trace => trace.errorSpanCount > 0).length;
  const kind = { newest: 'the newest', longest: 'the longest', spans: 'those of most spans', errors: 'those of most errors' }[values.sort];
  const full = traces.length === Number(values.limit) ? `, ${kind}` : '';
  result.replaceChildren(
    chart(traces),
    el('p', { class: 'tally' }, count(traces.length, 'trace'), full, bounds, failed ? ', ' : '', failed ? el('b', { class: 'bad' }, `${failed} with errors`) : ''),
    el('ol', { class: 'traces' }, traces.map(trace => row(trace, longest))));
}

function row(trace, longest) {
  const services = [...trace.services].sort((one, other) => other.spanCount - one.spanCount);
  return el('li', {}, el('a', { class: 'card', href: url(`trace/${trace.traceId}`), style: { '--service': colour(trace.rootServiceName) } },
    el('span', { class: 'title' },
      el('b', {}, trace.rootServiceName), ' ', el('span', {}, trace.rootOperationName), ' ',
      el('code', { class: 'dim' }, trace.traceId.replace(/^0{16}/, '').slice(0, 7))),
    el('span', { class: 'length' }, duration(trace.duration)),
    el('span', { class: 'chips' },
      el('span', { class: 'chip plain' }, count(trace.spanCount, 'span')),
      trace.errorSpanCount ? el('span', { class: 'chip error' }, count(trace.errorSpanCount, 'error')) : null,
      trace.orphanSpanCount ? el('span', { class: 'chip warn', title: 'Spans whose parent has not come' }, count(trace.orphanSpanCount, 'orphan')) : null,
      services.map(service => el('span', { class: `chip ${service.errorSpanCount ? 'failed' : ''}`, style: { '--service': colour(service.name) } },
        el('span', {}, service.name), el('small', {}, String(service.spanCount))))),
    el('time', { datetime: new Date(trace.start / 1_000).toISOString(), title: dateAndTime(trace.start) }, ago(trace.start)),
    el('span', { class: 'share' }, el('i', { style: { width: `${Math.max(0.4, 100 * trace.duration / longest)}%` } }))));
}
