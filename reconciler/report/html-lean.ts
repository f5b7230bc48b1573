/**
 * A tenant on a page of thousands: the same words as in a small fleet, in a tenth of the elements. What a browser takes
 * to open such a page goes by how many elements it has, seen or not.
 */
import { findingKey, type Finding, type RunReport, type TenantReport } from '../model.ts';
import type { Cause } from './causes.ts';
import { choicesFor } from './choices.ts';
import { authorText, difference, symbolOf } from './finding-words.ts';
import { causeId } from './html-causes.ts';
import { text } from './html-finding.ts';
import { anchor, html, type Markup } from './markup.ts';
import { nextFor } from './next.ts';
import { healthCell } from './tenant-table.ts';
import { VERDICT_WORDS, plural, shortTime } from './words.ts';

/** From so many tenants with something to say on. */
export const LEAN_FROM = 500;

export const leanQuietRow = (tenant: TenantReport): Markup =>
  html`<p class="row tenant" id="${anchor(tenant.name)}" data-words="verdict:${tenant.verdict}">
    <b>${text(tenant.name)}</b> ${VERDICT_WORDS[tenant.verdict]}, ${plural(tenant.resources, 'resource')} as
    wanted; endpoint ${healthCell(tenant)}
  </p> `;

/** What the table of fields tells, as a paragraph; `cause`: of which others have the same. */
export function leanFinding(
  finding: Finding,
  tenant: TenantReport,
  mode: RunReport['run']['mode'],
  cause: Cause | undefined,
): Markup {
  const who = authorText(finding);
  const record = finding.from === null ? '' : `; record: ${finding.from}`;
  const lines = [
    `${finding.resource}${difference(finding)}`,
    `Why: ${finding.message} (${finding.source} at ${shortTime(finding.at)}; since ${shortTime(finding.since)}${record})`,
    ...(who === null ? [] : [`Who: ${who}`]),
    `Next: ${nextFor(tenant, finding, mode).text}`,
  ];
  return html`<p class="lines" id="${anchor(tenant.name, findingKey(finding))}">
      <b class="${finding.class}">${symbolOf(finding)} ${finding.class}</b> ${lines.map(text).join('\n')}
      ${cause !== undefined && html`<a href="#${causeId(cause)}">same on ${cause.reach} tenants</a>`}
    </p>
    ${cause === undefined && html`<code class="command">${script(finding, tenant, mode)}</code>`} `;
}

/** The choices as lines of a shell, their titles as its comments. */
const script = (finding: Finding, tenant: TenantReport, mode: RunReport['run']['mode']): string =>
  choicesFor(finding, tenant, mode)
    .filter(({ commands }) => commands.length > 0)
    .flatMap(({ title, text: words, commands }) => [`# ${title}. ${words}`, ...commands].map(text))
    .join('\n');
