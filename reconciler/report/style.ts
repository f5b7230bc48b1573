/** The stylesheet of the HTML report, and the hash by which the page's own content policy lets it in. */

/**
 * SHA-256 of STYLE in base64. A page without `unsafe-inline` cannot be restyled by text that found a way out of its
 * element; a test keeps the hash true.
 */
export const STYLE_HASH = 'sha256-acYkWRDlfi2EkJWMVIbD378PelJo7iRi8JMu7q1NnfE=';

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --soft: light-dark(#f5f6f8, #1d2229);
  --line: light-dark(#d8dce2, #363d47);
  --text: light-dark(#1c2128, #e4e8ee);
  --quiet: light-dark(#5a6472, #9aa5b3);
  --link: light-dark(#0b57b0, #7cb3ff);
  --missing: light-dark(#b3261e, #ff9a92);
  --changed: light-dark(#8a5300, #f0b85a);
  --extra: light-dark(#1d6b34, #7ed69a);
  --unhealthy: light-dark(#b3261e, #ff9a92);
  --unreadable: light-dark(#6f3fa0, #c9a6f5);
  --pending: light-dark(#0b57b0, #7cb3ff);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem 1.25rem 4rem; background: var(--page); color: var(--text);
  font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
h3 { font-size: .9rem; margin: 1.25rem 0 .5rem; color: var(--quiet); }
h4 { font-size: .8rem; margin: .9rem 0 .25rem; color: var(--quiet); }
p { margin: .25rem 0; overflow-wrap: anywhere; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
li { overflow-wrap: anywhere; }
a { color: var(--link); }
code { font: .92em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
[hidden] { display: none !important; } [id] { scroll-margin-top: 4rem; }
.quiet { color: var(--quiet); }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--page); }
.counts { display: grid; grid-template-columns: repeat(8, 1fr); gap: .5rem; margin: 1rem 0 .5rem; padding: 0; list-style: none; }
.counts li { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; min-width: 0; }
.counts a { color: inherit; text-decoration: none; } .counts a:hover span { text-decoration: underline; }
.counts b { display: block; font-size: 1.4rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.counts svg { display: block; width: 100%; height: 18px; margin-top: .25rem; }
polyline { fill: none; stroke: var(--quiet); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: .4rem 1.25rem; margin: .75rem 0; }
.facts dt { font-size: .8rem; }
nav { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  background: var(--page); border-bottom: 1px solid var(--line); padding: .6rem 0; margin-top: 1.5rem; }
nav a { padding: .2rem .1rem; text-decoration: none; border-bottom: 2px solid transparent; }
nav a[aria-current] { color: var(--text); font-weight: 600; border-bottom-color: var(--link); }
input { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--quiet); border-radius: 5px;
  padding: .25rem .5rem; width: 18rem; max-width: 100%; }
.cause, .tenant { border-bottom: 1px solid var(--line); }
.big .cause, .big .tenant { content-visibility: auto; contain-intrinsic-size: auto 36px; }
.big article { contain-intrinsic-size: auto 12rem; } article h4 { color: inherit; font-size: inherit; font-weight: 400; margin: .5rem 0 .25rem; }
.row { padding: .4rem .5rem; }
.row > * { min-width: 0; overflow-wrap: anywhere; }
.cause .row, .row.cause { display: grid; grid-template-columns: 7rem minmax(0, 1fr) 8rem 3.5rem 12rem 2.5rem; gap: .25rem .75rem; align-items: baseline; }
.tenant .row, .row.tenant { display: grid; grid-template-columns: 11rem 7rem minmax(0, 1fr) 3.5rem 16rem 1rem; gap: .25rem .75rem; align-items: baseline; }
summary { cursor: pointer; } .row:hover { background: var(--soft); }
details[open] > .row { background: var(--soft); }
.row::marker { content: ''; }
summary.row::after { content: '\\25b8' / ''; color: var(--link); text-align: right; }
details[open] > summary.row::after { content: '\\25be' / ''; }
.group > summary { display: flex; gap: .5rem; border-bottom: 1px solid var(--line); } .group > summary::after { margin-left: auto; }
.body { padding: .25rem .75rem 1rem; border-left: 3px solid var(--line); margin-left: .5rem; }
.sides { display: inline; }
.reach { font-weight: 600; font-variant-numeric: tabular-nums; }
.planes { display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem; margin: .5rem 0; }
.planes > div { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .4rem .75rem; min-width: 0; }
.planes h4 { margin-top: 0; } .planes ul { list-style: none; padding: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 52rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .2rem 0; font-weight: 400; overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-size: .8rem; font-weight: 600; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody th { width: 26%; } tbody th code { display: inline-block; }
td:nth-child(2), td:nth-child(3) { min-width: 6rem; } td:nth-child(5) { white-space: nowrap; }
.more td { border-bottom: 1px solid var(--line); padding-top: 0; padding-bottom: .5rem; }
.choices { display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem; margin: .5rem 0; }
.choices > div { min-width: 0; }
.command { display: block; user-select: all; background: var(--soft); border: 1px solid var(--line); border-radius: 5px;
  padding: .3rem .5rem; margin: .25rem 0; white-space: pre-wrap; }
.long { max-height: 12rem; overflow-y: auto; }
.names { columns: 12rem; margin: .5rem 0; } .names > * { display: block; }
.lines { white-space: pre-wrap; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .3rem 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.tag { font-weight: 600; font-size: .9em; white-space: nowrap; }
.missing, .v-drift, .v-invalid { color: var(--missing); } .changed { color: var(--changed); } .extra { color: var(--extra); }
.unhealthy, .v-unhealthy { color: var(--unhealthy); } .unreadable, .exception, .v-unreadable { color: var(--unreadable); }
.pending, .v-pending, .v-in-progress { color: var(--pending); } .v-paused { color: var(--quiet); }
.error { border-left: 3px solid var(--missing); padding-left: .75rem; margin: .5rem 0; }
:target:not(h2) { outline: 2px solid var(--link); outline-offset: -2px; border-radius: 4px; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@media (max-width: 72rem) { .counts { grid-template-columns: repeat(4, 1fr); } }
@media (max-width: 60rem) {
  .facts { grid-template-columns: 1fr 1fr; }
  .planes, .choices { grid-template-columns: 1fr; }
  .cause .row, .row.cause, .tenant .row, .row.tenant { display: flex; flex-wrap: wrap; }
  .row .what { flex-basis: 100%; } .row .next { flex: 1 1 60%; } summary.row::after { margin-left: auto; }
}
@media (max-width: 45rem) {
  table, tbody, tr, td, tbody th { display: block; width: auto; min-width: 0; } thead { display: none; }
  td::before { color: var(--quiet); }
  td:nth-child(2)::before { content: 'want '; } td:nth-child(3)::before { content: 'have '; }
  td:nth-child(4)::before { content: 'who: '; } td:nth-child(5)::before { content: 'since '; }
  td:nth-child(6)::before { content: 'next: '; }
  td { padding: .1rem 0; } .body { padding: .25rem 0 1rem .5rem; margin-left: 0; }
}
@media (max-width: 30rem) {
  .counts { grid-template-columns: repeat(3, 1fr); gap: .35rem; } .counts li { padding: .35rem .5rem; }
  .counts span { font-size: .8rem; } .counts b { font-size: 1.15rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, .skip, summary.row::after { display: none; }
  [data-view][hidden] { display: block !important; }
  .big .cause, .big .tenant { content-visibility: visible; }
  details::details-content { content-visibility: visible; height: auto; }
  .scroll, .long { overflow: visible; max-height: none; } table { min-width: 0; }
  .planes > div, .counts li, tr { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
}
`;
