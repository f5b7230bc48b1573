/** The page's one script: filter, and one view at a time. Without it the page shows everything and every link works. */

/** SHA-256 of SCRIPT in base64, by which the page's own content policy lets it in; a test keeps it true. */
export const SCRIPT_HASH = 'sha256-X3qXwWwQAV1iXjJxL+TssJnagAQTAJvX//A+Yvt8qao=';

export const SCRIPT = `
'use strict';
const byId = (id) => document.getElementById(id);
const views = [...document.querySelectorAll('[data-view]')];
const tabs = [...document.querySelectorAll('[data-show]')];
const field = byId('filter');
let items;
const opened = new Set();
const show = (name) => {
  for (const view of views) view.hidden = view.dataset.view !== name;
  for (const tab of tabs) {
    if (tab.dataset.show === name) tab.setAttribute('aria-current', 'true');
    else tab.removeAttribute('aria-current');
  }
};
const filter = () => {
  items ??= [...document.querySelectorAll('[data-words]')].map((element) => ({
    element, text: (element.dataset.words + ' ' + element.textContent).toLowerCase(),
  }));
  const words = field.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
  const counts = {};
  for (const { element, text } of items) {
    const hit = words.every((word) => text.includes(word));
    element.hidden = !hit;
    const name = element.closest('[data-view]').dataset.view;
    counts[name] = (counts[name] ?? 0) + (hit ? 1 : 0);
  }
  for (const group of document.querySelectorAll('[data-group]')) {
    group.hidden = words.length > 0 && !group.querySelector('[data-words]:not([hidden])');
    if (words.length > 0 && !group.hidden && group.open === false) { group.open = true; opened.add(group); }
  }
  if (words.length === 0) { for (const group of opened) group.open = false; opened.clear(); }
  byId('shown').textContent = words.length === 0 ? '' : (counts.causes ?? 0) + ' causes and ' + (counts.tenants ?? 0) + ' tenants match';
};
const reveal = () => {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { return; }
  const target = id === '' ? null : byId(id);
  const view = target?.closest('[data-view]');
  if (!view) return;
  show(view.dataset.view);
  if (target.closest('[data-words]')?.hidden) { field.value = ''; filter(); }
  for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  target.scrollIntoView();
};
let waiting;
field.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
for (const link of document.querySelectorAll('[data-filter]')) {
  link.addEventListener('click', () => { field.value = link.dataset.filter; filter(); });
}
addEventListener('hashchange', reveal);
byId('tools').hidden = false;
show('causes');
reveal();
`;
