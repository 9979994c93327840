// A line as small as a word. Where a value is not a number there is no line.
import { svg } from './dom.js';

const size = { width: 150, height: 30 };

export function spark(values, title, { from = 0, to = 1, bad = false } = {}) {
  return svg('svg', { viewBox: `0 0 ${size.width} ${size.height}`, class: `spark ${bad ? 'bad' : ''}`, 'aria-hidden': 'true' },
    svg('title', {}, title), svg('path', { d: line(values, from, to) }));
}

function line(values, from, to) {
  let pen = 'M';
  return values.map((value, index) => {
    if (Number.isNaN(value)) { pen = 'M'; return ''; }
    const at = `${pen}${(index / (values.length - 1 || 1) * size.width).toFixed(1)} ${(size.height - 2 - (value - from) / (to - from) * (size.height - 4)).toFixed(1)}`;
    pen = 'L';
    return at;
  }).join('');
}
