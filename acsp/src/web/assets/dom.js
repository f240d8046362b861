// Building the page. Text, whoever wrote it, only ever becomes a text node: nothing here reads markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element: `h('td', { class: 'gap', title: '…' }, child, …)`. A child that is no node becomes text. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets the text if it has changed, and says whether it had. */
export function setText(node, text) {
  if (node.textContent === text) return false;
  node.textContent = text;
  return true;
}

/** Sets or removes an attribute if it has changed. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** A table in a frame that scrolls sideways: `columns` are `[title, class]`, `rows` are lists of cells. */
export function table(caption, columns, rows) {
  const cells = (row) => row.map((cell, index) => h(index ? 'td' : 'th',
    index ? { class: columns[index][1] } : { class: columns[index][1], scope: 'row' }, cell));
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    h('table', { class: 'plain' },
      h('caption', { class: 'spoken' }, caption),
      h('thead', {}, h('tr', {}, columns.map(([title, style]) => h('th', { scope: 'col', class: style }, title)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, cells(row))))));
}

export const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
