// Who answered at the edges that have a model of their own, and how often the cluster agrees with them. Where no edge has one there is nothing to see.
import { ask, el, url } from './dom.js';
import { percent } from './format.js';
import { spark } from './spark.js';

const answered = { cluster: 'The cluster', edge: 'The edge' };

const reasons = {
  confident: 'it was sure',
  unsure: 'the edge was not sure',
  cluster_unreachable: 'the cluster could not be reached',
  deadline: 'the cluster was too late',
  overloaded: 'the cluster had too much to do',
  cluster_failed: 'the cluster failed',
  edge_only: 'it never asks the cluster',
};

const kinds = { audit: 'Audited: the edge was sure', provisional: 'Provisional: the cluster was away' };

export async function edge(lookback) {
  const { answers, judgements } = await ask(`api/edge?endTs=${Date.now()}&lookback=${lookback}`);
  return [answers.length ? decided(answers) : null, judgements.length ? judged(judgements) : null].filter(Boolean);
}

function decided(answers) {
  const all = answers.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...answers.flatMap(({ steps }) => steps));
  return sheet('Who answered', ['Who, and why', 'Answers', 'Share', 'Over time'], answers.map(({ decidedBy, why, count, steps }) => row(
    el('a', { href: url(`?filter=${encodeURIComponent(`edge.decided_by=${decidedBy}${why ? ` edge.why=${why}` : ''}`)}`) },
      (answered[decidedBy] ?? decidedBy) + (why ? `: ${reasons[why] ?? why}` : '')),
    count.toLocaleString('en'), el('b', {}, percent(count / all)), spark(steps, `at most ${most} at a time`, { to: most }))));
}

// From where a drift can be seen; an agreement of less has more room.
function judged(judgements) {
  return sheet('What the cluster said later', ['Answers of the edge', 'Judged', 'Changed', 'Agreement', 'Over time'], judgements.map(({ kind, count, changed, of, agreement, shares }) => row(
    el('a', { href: url(`?operation=outbox.judge&filter=edge.judged.kind=${kind}`) }, kinds[kind] ?? kind),
    count.toLocaleString('en'), changed.toLocaleString('en'),
    [el('b', {}, percent(agreement)), el('small', {}, `of the last ${of}`)],
    spark(shares.map(share => share ?? NaN), 'share on which edge and cluster agree', { from: Math.min(0.9, ...shares.filter(share => share !== null)) }))));
}

const sheet = (caption, heads, rows) => el('div', { class: 'sheet', role: 'region', 'aria-label': `${caption}, as a table`, tabindex: '0' }, el('table', { class: 'red' },
  el('caption', {}, caption),
  el('thead', {}, el('tr', {}, heads.map(head => el('th', { scope: 'col' }, head)))),
  el('tbody', {}, rows)));

const row = (head, ...cells) => el('tr', { style: { '--service': 'var(--accent)' } }, el('th', { scope: 'row' }, head), cells.map(cell => el('td', {}, cell)));
