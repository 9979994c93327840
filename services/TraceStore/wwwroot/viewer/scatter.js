// When and how long: one dot a trace, on a logarithmic scale of durations.
import { el, svg, url } from './dom.js';
import { clock, colour, count, duration } from './format.js';

const wide = { width: 1000, height: 190, left: 58, right: 14, top: 12, bottom: 24 };
// On a phone the drawing is as many units wide as there are pixels, so that its text stays legible.
const narrow = { ...wide, width: 400, height: 170, left: 52, right: 8 };

export function chart(traces) {
  const size = matchMedia('(max-width: 720px)').matches ? narrow : wide;
  const starts = traces.map(trace => trace.start);
  const first = Math.min(...starts);
  const last = Math.max(...starts, first + 1);
  const low = Math.floor(Math.log10(Math.max(1, Math.min(...traces.map(trace => trace.duration)))) * 2) / 2;
  const high = Math.max(low + 0.5, Math.ceil(Math.log10(Math.max(1, ...traces.map(trace => trace.duration))) * 2) / 2);
  const x = micros => size.left + 8 + (micros - first) / (last - first) * (size.width - size.left - size.right - 16);
  const y = micros => size.height - size.bottom - (Math.log10(Math.max(1, micros)) - low) / (high - low) * (size.height - size.top - size.bottom);

  const ticks = [];
  for (let power = low; power <= high + 1e-9; power += 0.5) ticks.push(10 ** power);
  const every = Math.ceil(ticks.length / 5);
  const times = [0, 0.25, 0.5, 0.75, 1].map(share => first + share * (last - first));

  return el('figure', { class: 'scatter' }, svg('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`, role: 'group', 'aria-label': 'Traces by time and duration',
  },
  ticks.filter((_, index) => index % every === 0).map(micros => svg('g', { class: 'tick' },
    svg('line', { x1: size.left, x2: size.width - size.right, y1: y(micros), y2: y(micros) }),
    svg('text', { x: size.left - 8, y: y(micros) + 4, 'text-anchor': 'end' }, duration(micros)))),
  times.map((micros, index) => size === narrow && index % 2 === 1 ? null : svg('text', {
    x: x(micros), y: size.height - 6, 'text-anchor': index === 0 ? 'start' : index === 4 ? 'end' : 'middle',
  }, clock(micros).slice(0, 8))),
  // Errors last, so that no success hides them.
  [...traces].sort((one, other) => one.errorSpanCount - other.errorSpanCount).map(trace => svg('a', { href: url(`trace/${trace.traceId}`), tabindex: '-1' },
    svg('circle', {
      cx: x(trace.start), cy: y(trace.duration), r: Math.min(9, 3 + Math.sqrt(trace.spanCount) * 0.6),
      class: trace.errorSpanCount ? 'bad' : '', style: { '--service': colour(trace.rootServiceName) },
    }, svg('title', {},
      `${trace.rootServiceName} ${trace.rootOperationName}\n${duration(trace.duration)}, ${count(trace.spanCount, 'span')}, ${clock(trace.start)}`
      + (trace.errorSpanCount ? `\n${count(trace.errorSpanCount, 'error')}` : '')))))));
}
