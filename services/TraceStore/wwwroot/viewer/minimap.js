// The whole trace in small. Drawing over a part of it, or moving its two edges with the arrow keys, zooms into that part.
import { el } from './dom.js';
import { colour, duration } from './format.js';

export class Minimap {
  constructor(onzoom) {
    this.onzoom = onzoom;
    this.zoom = null;
    this.canvas = el('canvas', { 'aria-hidden': 'true' });
    this.window = el('div', { class: 'window' });
    this.edges = ['Zoom from', 'Zoom to'].map((name, side) => el('span', {
      class: 'edge', role: 'slider', tabindex: '0', 'aria-label': name, 'aria-orientation': 'horizontal', onkeydown: event => this.key(event, side),
    }));
    this.reset = el('button', { type: 'button', class: 'quiet', onclick: () => this.set(null) }, 'Show all');
    this.map = el('div', { class: 'map', title: 'Draw over a part to zoom into it; double-click to see all',
      onpointerdown: event => this.brush(event), ondblclick: () => this.set(null) }, this.canvas, this.window, this.edges);
    this.element = el('div', { class: 'minimap', role: 'group', 'aria-label': 'Overview' }, this.map, this.reset);
    new ResizeObserver(() => this.draw()).observe(this.map);
  }

  show(trace, zoom) {
    this.trace = trace;
    this.zoom = zoom;
    this.draw();
    this.place();
  }

  set(zoom) {
    this.zoom = zoom;
    this.place();
    this.onzoom(zoom);
  }

  draw() {
    const { width, height } = this.map.getBoundingClientRect();
    if (!this.trace || width === 0) return;
    const { canvas, trace } = this;
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const pen = canvas.getContext('2d');
    const tall = Math.max(1, Math.min(4 * devicePixelRatio, canvas.height / trace.rows.length));
    trace.rows.forEach((span, index) => {
      pen.fillStyle = colour(span.service);
      pen.fillRect(
        (span.start - trace.start) / trace.duration * canvas.width, index / trace.rows.length * canvas.height,
        Math.max(1, span.duration / trace.duration * canvas.width), tall);
    });
  }

  place() {
    const whole = this.trace.duration;
    const range = this.zoom ?? [0, whole];
    this.window.style.left = `${100 * range[0] / whole}%`;
    this.window.style.width = `${100 * (range[1] - range[0]) / whole}%`;
    this.window.classList.toggle('whole', !this.zoom);
    this.reset.disabled = !this.zoom;
    this.edges.forEach((edge, side) => {
      edge.style.left = `${100 * range[side] / whole}%`;
      edge.setAttribute('aria-valuemin', 0);
      edge.setAttribute('aria-valuemax', whole);
      edge.setAttribute('aria-valuenow', Math.round(range[side]));
      edge.setAttribute('aria-valuetext', duration(range[side]));
    });
  }

  // A range of at least a thousandth, so that there is something to see.
  limit(one, other) {
    const whole = this.trace.duration;
    const from = Math.max(0, Math.min(one, other, whole * 0.999));
    const to = Math.min(whole, Math.max(one, other, from + whole / 1_000));
    return from === 0 && to === whole ? null : [from, to];
  }

  brush(event) {
    if (event.button !== 0) return;
    const box = this.map.getBoundingClientRect();
    const at = moved => Math.max(0, Math.min(1, (moved.clientX - box.left) / box.width)) * this.trace.duration;
    const began = at(event);
    // On an edge the other one stays where it is.
    const side = this.edges.indexOf(event.target);
    const fixed = side < 0 ? began : (this.zoom ?? [0, this.trace.duration])[1 - side];
    const move = moved => { if (Math.abs(moved.clientX - event.clientX) > 3) this.set(this.limit(fixed, at(moved))); };
    this.map.setPointerCapture(event.pointerId);
    this.map.addEventListener('pointermove', move);
    this.map.addEventListener('pointerup', () => this.map.removeEventListener('pointermove', move), { once: true });
    this.map.addEventListener('pointercancel', () => this.map.removeEventListener('pointermove', move), { once: true });
  }

  key(event, side) {
    const whole = this.trace.duration;
    const range = [...this.zoom ?? [0, whole]];
    const step = { ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const [least, most] = side === 0 ? [0, range[1] - whole / 100] : [range[0] + whole / 100, whole];
    range[side] = Math.max(least, Math.min(most, range[side] + step * whole));
    this.set(this.limit(...range));
  }
}
