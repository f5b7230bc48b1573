/**
 * Tenants on a page of thousands: the same words as in a small fleet, in a tenth of the elements, and one thing to open
 * for many of them. What a browser takes to open a page goes by how many elements it has, seen or not.
 */
import { findingKey, type Finding, type RunReport, type TenantReport, type Verdict } from '../model.ts';
import { choicesFor } from './choices.ts';
import { authorText, difference, symbolOf } from './finding-words.ts';
import { causeId } from './html-causes.ts';
import { filterWords, text, type Context } from './html-finding.ts';
import { anchor, html, type Markup } from './markup.ts';
import { doings, nextFor, reasonsForNothing, whyTitle } from './next.ts';
import { ageCell, findingsCell, healthCell } from './tenant-table.ts';
import { timelineOf } from './timeline.ts';
import {
  VERDICT_WORDS,
  coverageText,
  generations,
  planText,
  plural,
  shortTime,
  staleText,
  unexplainedNames,
} from './words.ts';

/** From so many tenants of one sort on: of those that have something, or of those that have nothing. */
export const LEAN_FROM = 500;

/** What is opened at once is read through, or looked through for a name. */
const LOUD_AT_ONCE = 50;
const QUIET_AT_ONCE = 500;

/** Worst first; what needs nobody comes last. */
const BY_URGENCY: readonly Verdict[] = [
  ...(['invalid', 'unreadable', 'unhealthy', 'drift', 'pending'] as const),
  ...(['paused', 'in-progress', 'decommissioned', 'in-sync'] as const),
];

/** Those with something to say, worst verdicts first. */
export function leanTenants(tenants: readonly TenantReport[], context: Context): Markup {
  const byVerdict = Map.groupBy(tenants, ({ verdict }) => verdict);
  const sections = BY_URGENCY.map((verdict) => [verdict, byVerdict.get(verdict) ?? []] as const);
  return html`${sections
    .filter(([, group]) => group.length > 0)
    .map(
      ([verdict, group]) =>
        html`<div data-group>
          <h3>${VERDICT_WORDS[verdict]}: ${plural(group.length, 'tenant')}</h3>
          ${groupsOf(group, LOUD_AT_ONCE, (each) => leanTenant(each, context))}
        </div> `,
    )}`;
}

/** Those with nothing to say: names under the sentence that holds for all of them. */
export function leanQuiet(tenants: readonly TenantReport[]): Markup {
  const bySentence = Map.groupBy(
    tenants,
    (tenant) =>
      `${VERDICT_WORDS[tenant.verdict]}, ${plural(tenant.resources, 'resource')} as wanted; endpoint ${healthCell(tenant)}`,
  );
  return html`${[...bySentence].map(
    ([sentence, group]) =>
      html`<div data-group>
        <p>${plural(group.length, 'tenant')}: ${sentence}</p>
        ${groupsOf(group, QUIET_AT_ONCE, quietName, 'names')}
      </div> `,
  )}`;
}

const quietName = ({ name, verdict }: TenantReport): Markup =>
  html`<b id="${anchor(name)}" data-words="verdict:${verdict}">${text(name)}</b> `;

function groupsOf(
  tenants: readonly TenantReport[],
  size: number,
  show: (tenant: TenantReport) => Markup,
  style = 'body',
): Markup[] {
  return Array.from({ length: Math.ceil(tenants.length / size) }, (_, index) => {
    const group = tenants.slice(index * size, (index + 1) * size);
    const [first, last] = [group[0]?.name ?? '', group.at(-1)?.name ?? ''];
    const range = group.length === 1 ? first : `${first} to ${last}`;
    return html`<details class="group" data-group>
      <summary class="row"><b>${text(range)}</b> (${group.length})</summary>
      <div class="${style}">${group.map(show)}</div>
    </details> `;
  });
}

function leanTenant(tenant: TenantReport, context: Context): Markup {
  const { report, shared } = context;
  const { error } = tenant;
  const stale = staleText(tenant);
  const age = ageCell(tenant, report);
  const open = age === '' ? '' : `, for ${age}`;
  return html`<article class="tenant" id="${anchor(tenant.name)}" data-words="${filterWords(tenant)}">
    <h4>
      <b>${text(tenant.name)}</b> ${VERDICT_WORDS[tenant.verdict]}: ${findingsCell(tenant)}${open}; action:
      ${doings(tenant)}
    </h4>
    ${error !== null && html`<p class="error">Could not be judged: ${text(error)}</p>`}
    ${stale !== null && html`<p class="error">${text(stale)}</p>`}
    ${tenant.findings.map((finding) => leanFinding(finding, tenant, report.run.mode, shared.get(finding)))}
    <p class="lines quiet">${facts(tenant, context).map(text).join('\n')}</p>
  </article> `;
}

/** All that is said of a tenant as a whole, a line each. */
function facts(tenant: TenantReport, { report, verdicts }: Context): string[] {
  const { coverage } = tenant;
  const reasons = reasonsForNothing(tenant, report.run.mode);
  return [
    ...(reasons.length === 0 ? [] : [`${whyTitle(tenant.actions.length)} ${reasons.join('; ')}`]),
    `${tenant.status ?? 'no status yet'}, ${generations(tenant)}, ${plural(tenant.resources, 'resource')} compared${planText(tenant)}`,
    ...(coverage === null
      ? []
      : [
          `In its project: ${coverageText(coverage)}`,
          ...unexplainedNames(coverage).map((name) => `  ${name}`),
        ]),
    ...timelineOf(tenant, report, verdicts).map(({ at, what }) => `${at}  ${what}`),
  ];
}

/** What the table of fields tells, as a paragraph; `cause`: of which others have the same. */
function leanFinding(
  finding: Finding,
  tenant: TenantReport,
  mode: RunReport['run']['mode'],
  cause: ReturnType<Context['shared']['get']>,
): Markup {
  const who = authorText(finding);
  const record = finding.from === null ? '' : `; record: ${finding.from}`;
  const lines = [
    `${finding.resource}${difference(finding)}`,
    `Why: ${finding.message} (${finding.source} at ${shortTime(finding.at)}; since ${shortTime(finding.since)}${record})`,
    ...(who === null ? [] : [`Who: ${who}`]),
    `Next: ${nextFor(tenant, finding, mode).text}`,
  ];
  const link = cause && html`<a href="#${causeId(cause)}">same on ${cause.reach} tenants</a>`;
  const said = html`<b class="${finding.class}">${symbolOf(finding)} ${finding.class}</b>
    ${lines.map(text).join('\n')}${link && '\n'}${link}`;
  return html`<p class="lines" id="${anchor(tenant.name, findingKey(finding))}">${said}</p>
    ${cause === undefined && html`<code class="command">${script(finding, tenant, mode)}</code>`} `;
}

/** The choices as lines of a shell, their titles as its comments. */
const script = (finding: Finding, tenant: TenantReport, mode: RunReport['run']['mode']): string =>
  choicesFor(finding, tenant, mode)
    .flatMap(({ title, text: words, commands }) => [`# ${title}. ${words}`, ...commands].map(text))
    .join('\n');
