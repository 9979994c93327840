// Charts as SVG: lines with a cursor that reads the values, and bars.
const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'class') element.className = value; else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const number = (value, digits) => value.toLocaleString('en', { maximumFractionDigits: digits ?? (value < 10 ? 2 : value < 100 ? 1 : 0) });

/** Round steps of 1, 2 or 5 times a power of ten, so that people can read between the lines. */
function ticks(max, wanted) {
  const rough = (max || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough);
  return Array.from({ length: Math.ceil((max || 1) / step - 1e-9) + 1 }, (_, i) => +(i * step).toPrecision(12));
}

// A limit far above everything that was measured would press the lines flat; it is named instead of drawn.
const HIGHEST_LIMIT = 2.5;

/**
 * series: [{ name, colour, values, area }], all over the same xs; options: name for those who do not see it, limits [{ text, value, met }] as lines across,
 * xLabel(x) for ticks and tooltip, xTicks, unit, width, height.
 */
function lineChart(place, xs, series, options = {}) {
  const width = options.width ?? 560, height = options.height ?? 210;
  const left = 44, right = 12, top = 8, bottom = 24;
  const highest = Math.max(1e-9, ...series.flatMap(line => line.values.filter(Number.isFinite)));
  const limits = (options.limits ?? []).filter(limit => limit.value <= highest * HIGHEST_LIMIT);
  const yTicks = ticks(Math.max(highest, ...limits.map(limit => limit.value)), 4);
  const xMax = options.xMax ?? Math.max(1, xs[xs.length - 1] ?? 1);
  const X = x => left + (x / xMax) * (width - left - right);
  const Y = y => height - bottom - (y / yTicks[yTicks.length - 1]) * (height - top - bottom);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': options.name ?? series.map(line => line.name).join(', ') });

  for (const y of yTicks) {
    root.append(svg('line', { class: 'grid', x1: left, x2: width - right, y1: Y(y), y2: Y(y) }),
      svg('text', { x: left - 7, y: Y(y) + 4, 'text-anchor': 'end' }, number(y)));
  }
  for (const [x, label] of options.xTicks ?? ticks(xMax, 6).filter(x => x <= xMax).map(x => [x, `${number(x)} s`])) {
    root.append(svg('text', { x: X(x), y: height - 6, 'text-anchor': 'middle' }, label));
  }
  for (const line of series) {
    const points = xs.map((x, i) => [x, line.values[i]]).filter(([, y]) => Number.isFinite(y));
    if (points.length === 0) continue;
    const path = points.map(([x, y], i) => `${i ? 'L' : 'M'}${X(x).toFixed(1)},${Y(y).toFixed(1)}`).join('');
    if (line.area) {
      root.append(svg('path', { class: 'area', d: `${path}L${X(points[points.length - 1][0])},${Y(0)}L${X(points[0][0])},${Y(0)}Z`, fill: `var(${line.colour})` }));
    }
    root.append(svg('path', { class: 'line', d: path, stroke: `var(${line.colour})`, ...(line.dash ? { 'stroke-dasharray': '5 4' } : {}) }));
    if (points.length === 1) root.append(svg('circle', { cx: X(points[0][0]), cy: Y(points[0][1]), r: 3, fill: `var(${line.colour})` }));
  }

  for (const limit of limits) {
    root.append(svg('line', { class: `limit ${limit.met ? 'good' : 'bad'}`, x1: left, x2: width - right, y1: Y(limit.value), y2: Y(limit.value) }),
      svg('text', { class: `limit ${limit.met ? 'good' : 'bad'}`, x: width - right, y: Y(limit.value) - 4, 'text-anchor': 'end' }, limit.text));
  }

  const cursor = svg('line', { class: 'cursor', y1: top, y2: height - bottom });
  const tip = html('div', { class: 'tip' });
  root.append(cursor);
  place.append(root, tip);
  const above = (options.limits ?? []).filter(limit => !limits.includes(limit)).map(limit => `${limit.text}: above the chart`);
  if (series.length > 1 || above.length > 0) place.append(legend(series, above));

  root.addEventListener('mousemove', event => {
    const box = root.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width * width - left) / (width - left - right) * xMax;
    const i = xs.reduce((best, x, index) => Math.abs(x - at) < Math.abs(xs[best] - at) ? index : best, 0);
    const x = X(xs[i]);
    cursor.setAttribute('x1', x);
    cursor.setAttribute('x2', x);
    cursor.style.visibility = tip.style.visibility = 'visible';
    tip.replaceChildren(html('b', {}, options.xLabel ? options.xLabel(xs[i]) : `${number(xs[i])} s`),
      ...series.map(line => html('div', {}, `${line.name}: ${Number.isFinite(line.values[i]) ? number(line.values[i]) : '–'} ${options.unit ?? ''}`)));
    tip.style.top = '8px';
    tip.style.left = x / width > .6 ? '' : `${x / width * box.width + 12}px`;
    tip.style.right = x / width > .6 ? `${box.width - x / width * box.width + 12}px` : '';
  });
  root.addEventListener('mouseleave', () => { cursor.style.visibility = tip.style.visibility = 'hidden'; });
}

function legend(series, remarks) {
  return html('div', { class: 'legend' }, ...remarks.map(remark => html('span', {}, remark)), ...series.map(line => {
    const swatch = html('i');
    swatch.style.background = `var(${line.colour})`;
    return html('span', {}, swatch, line.name);
  }));
}

/** bars: [{ from, to, count }] of equal ratio, side by side on a logarithmic axis; marks: [{ text, value }] as lines up. */
function barChart(place, bars, marks, options) {
  const width = 560, height = 210, left = 44, right = 12, top = 20, bottom = 24;
  const first = bars[0].from, last = bars[bars.length - 1].to;
  const X = x => left + Math.log(x / first) / Math.log(last / first) * (width - left - right);
  const yTicks = ticks(Math.max(...bars.map(bar => bar.count)), 4).filter(Number.isInteger);
  const Y = y => height - bottom - y / yTicks[yTicks.length - 1] * (height - top - bottom);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': options.name });

  for (const y of yTicks) {
    root.append(svg('line', { class: 'grid', x1: left, x2: width - right, y1: Y(y), y2: Y(y) }), svg('text', { x: left - 7, y: Y(y) + 4, 'text-anchor': 'end' }, number(y)));
  }
  for (const bar of bars) {
    root.append(svg('rect', { class: 'column', x: X(bar.from) + .5, width: Math.max(.5, X(bar.to) - X(bar.from) - 1), y: Y(bar.count), height: Y(0) - Y(bar.count) },
      svg('title', {}, `${number(bar.from)} to ${number(bar.to)} ${options.unit}: ${number(bar.count, 0)}`)));
  }

  // One label to a stretch of the axis that is wide enough for it.
  let free = -Infinity;
  for (let power = Math.floor(Math.log10(first)); power <= Math.log10(last); power++) {
    for (const x of [1, 2, 5].map(factor => factor * 10 ** power).filter(x => x >= first && x <= last && X(x) >= free)) {
      root.append(svg('text', { x: X(x), y: height - 6, 'text-anchor': 'middle' }, `${number(x)}`));
      free = X(x) + 34;
    }
  }
  free = -Infinity;
  for (const mark of marks.filter(mark => mark.value >= first && mark.value <= last)) {
    root.append(svg('line', { class: 'mark', x1: X(mark.value), x2: X(mark.value), y1: top, y2: Y(0) }));
    if (X(mark.value) >= free) {
      root.append(svg('text', { x: X(mark.value), y: top - 6, 'text-anchor': 'middle' }, mark.text));
      free = X(mark.value) + 30;
    }
  }
  place.append(root);
}

/** head: names, a leading # for right-aligned numbers; rows: arrays of text or elements. */
function fillTable(table, head, rows) {
  const classOf = name => name.startsWith('#') ? { class: 'n' } : {};
  table.replaceChildren(
    html('tr', {}, ...head.map(name => html('th', { scope: 'col', ...classOf(name) }, name.replace('#', '')))),
    ...rows.map(row => html('tr', {}, ...row.map((cell, i) => html('td', classOf(head[i]), cell ?? '')))));
}
