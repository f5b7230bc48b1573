/** The stylesheet of the HTML report, and the hash by which the page's own content policy lets it in. */

/**
 * SHA-256 of STYLE in base64. A page without `unsafe-inline` cannot be restyled by text that found a way out of its
 * element; a test keeps the hash true.
 */
export const STYLE_HASH = 'sha256-rHPbderiasquHHIiyXSjkslsB4dACVkTb8NGsf6CpUg=';

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
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: .8rem; margin: 1.25rem 0 .5rem; color: var(--quiet); text-transform: uppercase; letter-spacing: .06em; }
h4 { font: 600 .95rem/1.4 ui-monospace, monospace; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
a { color: var(--link); }
code { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.counts { display: grid; grid-template-columns: repeat(5, 1fr); gap: .75rem; margin: 1.5rem 0;
  padding: 0; list-style: none; }
.counts li { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem; }
.counts b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
td .quiet { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--quiet); font-size: .85rem; white-space: nowrap; }
.resource { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem;
  margin: 0 0 .75rem; }
.finding { border-top: 1px solid var(--line); padding: .6rem 0 .4rem; }
.finding:first-of-type { border-top: 0; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin: .4rem 0; }
.sides div { border-left: 3px solid var(--line); padding-left: .6rem; min-width: 0; }
.sides span, dt { color: var(--quiet); font-size: .85rem; }
.sides code { display: block; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .3rem 0; }
dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.tag { margin-right: .4rem; font: 600 .85rem/1.4 ui-monospace, monospace; white-space: nowrap; }
.missing { color: var(--missing); } .changed { color: var(--changed); } .extra { color: var(--extra); }
.unhealthy { color: var(--unhealthy); } .unreadable { color: var(--unreadable); } .pending { color: var(--pending); }
.error { border-left: 3px solid var(--missing); padding-left: .75rem; }
:target { outline: 2px solid var(--link); outline-offset: 4px; border-radius: 4px; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media (max-width: 40rem) { table { min-width: 44rem; } .counts { grid-template-columns: 1fr 1fr; } .sides, dl { grid-template-columns: 1fr; } dd { margin-bottom: .35rem; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .resource, .finding, .counts li, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .scroll { overflow: visible; }
}
`;
