// Line charts as SVG: axes, lines, and a cursor that reads the values.
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

/**
 * series: [{ name, colour, values, area }], all over the same xs; options: xLabel(x) for ticks and tooltip, xTicks, unit, width, height.
 */
function lineChart(place, xs, series, options = {}) {
  const width = options.width ?? 560, height = options.height ?? 210;
  const left = 44, right = 12, top = 8, bottom = 24;
  const yTicks = ticks(Math.max(1e-9, ...series.flatMap(line => line.values.filter(Number.isFinite))), 4);
  const xMax = options.xMax ?? Math.max(1, xs[xs.length - 1] ?? 1);
  const X = x => left + (x / xMax) * (width - left - right);
  const Y = y => height - bottom - (y / yTicks[yTicks.length - 1]) * (height - top - bottom);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' });

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

  const cursor = svg('line', { class: 'cursor', y1: top, y2: height - bottom });
  const tip = html('div', { class: 'tip' });
  root.append(cursor);
  place.append(root, tip);
  if (series.length > 1) place.append(legend(series));

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

function legend(series) {
  return html('div', { class: 'legend' }, ...series.map(line => {
    const swatch = html('i');
    swatch.style.background = `var(${line.colour})`;
    return html('span', {}, swatch, line.name);
  }));
}

/** head: names, a leading # for right-aligned numbers; rows: arrays of text or elements. */
function fillTable(table, head, rows) {
  const classOf = name => name.startsWith('#') ? { class: 'n' } : {};
  table.replaceChildren(
    html('tr', {}, ...head.map(name => html('th', classOf(name), name.replace('#', '')))),
    ...rows.map(row => html('tr', {}, ...row.map((cell, i) => html('td', classOf(head[i]), cell ?? '')))));
}
