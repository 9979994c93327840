// Which page this is, and what all of them share.
import { ask, el, notice, url } from './dom.js';
import { bytes, count, learn } from './format.js';
import { resolve } from './ids.js';
import { showList } from './list.js';
import { showSystem } from './system.js';
import { showTrace } from './trace.js';

const main = document.getElementById('main');
const path = location.pathname.slice(new URL(document.baseURI).pathname.length);

// Jaeger's paths lead here too.
const isSystem = ['system', 'dependencies', 'monitor'].includes(path);

async function showFill() {
  const store = await ask('api/store').catch(() => null);
  if (!store) return;
  const share = store.bytes / store.maxBytes;
  const text = `${count(store.traces, 'trace')} · ${bytes(store.bytes)}`;
  const title = `${count(store.spans, 'span')}, ${bytes(store.bytes)} of ${bytes(store.maxBytes)}`
    + (store.evictedTraces ? `; ${count(store.evictedTraces, 'older trace')} made room for newer ones` : '');
  document.getElementById('fill').replaceChildren(
    el('a', { href: url('system'), title },
      el('span', {}, text),
      store.evictedTraces ? el('span', { class: 'evicted' }, ` · ${count(store.evictedTraces, 'trace')} evicted`) : null,
      el('span', { class: 'meter' }, el('i', { style: { width: `${Math.min(100, share * 100)}%` } }))));
}

document.getElementById('jump').addEventListener('submit', event => {
  event.preventDefault();
  const text = new FormData(event.target).get('id').trim().toLowerCase();
  if (!text) return;
  resolve(text).then(
    found => { if (found.id) location.href = url(`trace/${found.id}`); else main.replaceChildren(found.notice); },
    failure => main.replaceChildren(notice('This search cannot be answered', failure.message)));
});

async function start() {
  learn((await ask('api/v3/services')).services);
  showFill();
  setInterval(() => { if (!document.hidden) showFill(); }, 10_000);

  if (path.startsWith('trace/')) await showTrace(main, decodeURIComponent(path.slice('trace/'.length)));
  else if (isSystem) await showSystem(main);
  else await showList(main);
}

document.getElementById(isSystem ? 'nav-system' : 'nav-list').setAttribute('aria-current', path.startsWith('trace/') ? 'true' : 'page');
start().catch(failure => main.replaceChildren(notice('The store does not answer', failure.message)));
