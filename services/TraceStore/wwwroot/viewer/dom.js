// Builds elements. Text only ever goes in as text nodes, so nothing a span says can become markup.

const svgSpace = 'http://www.w3.org/2000/svg';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export const el = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);

export const svg = (tag, properties, ...children) => fill(document.createElementNS(svgSpace, tag), properties, children);

// The page's base element points at the root, whatever path a proxy gives it.
export const url = path => new URL(path, document.baseURI).href;

export async function ask(path) {
  const answer = await fetch(url(path), { headers: { accept: 'application/json' } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const failure = new Error(body.errors?.[0]?.msg ?? body.error?.message ?? `The store answers ${answer.status}.`);
    failure.status = answer.status;
    throw failure;
  }
  return body;
}

export const notice = (title, text, ...more) => el('div', { class: 'notice' }, el('h2', {}, title), el('p', {}, text), ...more);
