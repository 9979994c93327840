// Numbers and colours for people.

// Rounded before it is split, so that no unit ever fills the next one.
export function duration(micros) {
  if (micros < 0) return `−${duration(-micros)}`;
  if (micros < 1) return '<1 µs';
  if (micros < 999.5) return `${Math.round(micros)} µs`;
  if (micros < 999_500) return `${digits(micros / 1_000)} ms`;
  if (micros < 59_950_000) return `${digits(micros / 1_000_000)} s`;
  const seconds = Math.round(micros / 1_000_000);
  const minutes = Math.round(seconds / 60);
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} m ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

const digits = value => value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);

export const percent = share => share === 0 ? '0 %' : share < 0.001 ? '<0.1 %' : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

export const clock = micros => new Date(micros / 1_000).toLocaleTimeString([], { hour12: false })
  + '.' + String(Math.floor(micros / 1_000) % 1_000).padStart(3, '0');

export const dateAndTime = micros => `${new Date(micros / 1_000).toLocaleDateString()} ${clock(micros)}`;

export function ago(micros) {
  const seconds = Date.now() / 1_000 - micros / 1_000_000;
  if (seconds < -5) return `ahead by ${duration(-seconds * 1_000_000)}`;
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

export const bytes = count => count < 1 << 20 ? `${(count / 1024).toFixed(0)} KiB` : `${(count / 1048576).toFixed(1)} MiB`;

export const count = (number, one, many = one + 's') => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

// Red is kept for errors.
const palette = ['#3b82f6', '#f59e0b', '#10b981', '#8b5cf6', '#06b6d4', '#ec4899', '#84cc16', '#f97316', '#6366f1', '#14b8a6', '#eab308', '#a855f7'];
const colours = new Map();

// By name, so that a service keeps its colour from page to page; neighbours of a taken one step aside.
export function learn(services) {
  for (const name of [...services].sort()) {
    if (colours.has(name)) continue;
    let slot = [...name].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)) >>> 0, 7) % palette.length;
    const taken = new Set(colours.values());
    for (let step = 0; step < palette.length && taken.has(palette[slot]); step++) slot = (slot + 1) % palette.length;
    colours.set(name, palette[slot]);
  }
}

export function colour(service) {
  if (!colours.has(service)) learn([service]);
  return colours.get(service);
}
