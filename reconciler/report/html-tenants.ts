/** Tenants on the page: a line each; behind it planes, resources, fields, choices and the timeline of what has something. */
import {
  findingKey,
  type Finding,
  type FindingClass,
  type Plane,
  type RunReport,
  type TenantReport,
} from '../model.ts';
import { SHARED_FROM, type Cause } from './causes.ts';
import { choicesFor } from './choices.ts';
import { authorText, hasSides } from './finding-words.ts';
import { causeId } from './html-causes.ts';
import { badge, choiceList, filterWords, text, value, type Context } from './html-finding.ts';
import { LEAN_FROM, leanQuiet, leanTenants } from './html-lean.ts';
import { anchor, html, type Markup } from './markup.ts';
import { doings, nextFor, reasonsForNothing, whyTitle } from './next.ts';
import { ageCell, findingsCell, healthCell } from './tenant-table.ts';
import { timelineOf, type Verdicts } from './timeline.ts';
import {
  VERDICT_WORDS,
  byResource,
  coverageText,
  generations,
  hasSection,
  planText,
  plural,
  shortTime,
  staleText,
  unexplainedNames,
} from './words.ts';

/** With no more than so many tenants that have something, they are open from the start. */
const MOST_OPEN = 5;

export function tenantsSection(report: RunReport, causes: readonly Cause[], verdicts: Verdicts): Markup {
  const shared = new Map(
    causes
      .filter(({ reach }) => reach >= SHARED_FROM)
      .flatMap((cause) => cause.members.map(({ finding }): [Finding, Cause] => [finding, cause])),
  );
  const context = { report, shared, verdicts };
  const loud = report.tenants.filter(hasSection);
  const open = loud.length <= MOST_OPEN;
  return html`<section data-view="tenants" aria-labelledby="tenants">
    <h2 id="tenants">By tenant</h2>
    ${report.summary.tenants === 0 && html`<p>There is no record to compare.</p>`}
    ${
      loud.length < LEAN_FROM
        ? loud.map((tenant) => tenantDetails(tenant, open, context))
        : leanTenants(loud, context)
    }
    ${quietTenants(report)}
  </section>`;
}

function quietTenants({ summary, tenants }: RunReport): Markup | null {
  const quiet = tenants.filter((tenant) => !hasSection(tenant));
  const counted = summary.tenants - tenants.length;
  if (quiet.length + counted <= 0) return null;
  return html`<div data-group>
    <h3>${plural(quiet.length + counted, 'tenant')} with nothing to report</h3>
    ${quiet.length < LEAN_FROM ? quiet.map(quietRow) : leanQuiet(quiet)}
    ${counted > 0 && html`<p class="quiet">${plural(counted, 'tenant')} in sync, not listed one by one.</p>`}
  </div>`;
}

const quietRow = (tenant: TenantReport): Markup =>
  html`<div class="row tenant" id="${anchor(tenant.name)}" data-words="verdict:${tenant.verdict}">
    <b>${text(tenant.name)}</b><span class="tag">${VERDICT_WORDS[tenant.verdict]}</span>
    <span class="quiet"
      >${plural(tenant.resources, 'resource')} as wanted; endpoint ${healthCell(tenant)}</span
    >
  </div> `;

function tenantDetails(tenant: TenantReport, open: boolean, context: Context): Markup {
  const line = html`<b>${text(tenant.name)}</b>
    <span class="tag v-${tenant.verdict}">${VERDICT_WORDS[tenant.verdict]}</span>
    <span>${findingsCell(tenant)}</span>
    <span class="age quiet">${ageCell(tenant, context.report)}</span>
    <span class="next quiet">${doings(tenant)}</span>`;
  const body = html`<summary class="row">${line}</summary>
    <div class="body">${tenantBody(tenant, context)}</div>`;
  return open
    ? html`<details class="tenant" id="${anchor(tenant.name)}" data-words="${filterWords(tenant)}" open>
        ${body}
      </details> `
    : html`<details class="tenant" id="${anchor(tenant.name)}" data-words="${filterWords(tenant)}">
        ${body}
      </details> `;
}

function tenantBody(tenant: TenantReport, context: Context): Markup {
  const { error, coverage } = tenant;
  const stale = staleText(tenant);
  return html`<p class="quiet">
      ${tenant.status ?? 'no status yet'}, ${generations(tenant)}, ${plural(tenant.resources, 'resource')}
      compared${text(planText(tenant))}
    </p>
    ${error !== null && html`<p class="error">Could not be judged: ${text(error)}</p>`}
    ${stale !== null && html`<p class="error">${text(stale)}</p>`}
    ${tenant.findings.length > 0 && html`${planes(tenant)}${fields(tenant, context)}`}
    ${whyNothing(tenant, context)}
    ${
      coverage !== null &&
      html`<p class="quiet">In its project: ${coverageText(coverage)}</p>
        ${unexplainedNames(coverage).map((name) => html`<p><code>${text(name)}</code></p>`)}`
    }
    ${timeline(tenant, context)}`;
}

const PLANES: readonly Plane[] = ['gcp', 'cluster', 'endpoint'];

/** Three planes side by side; each resource with what is said of its configuration, and of its health. */
function planes(tenant: TenantReport): Markup {
  const found = new Map(byResource(tenant.findings).map(({ plane, resources }) => [plane, resources]));
  return html`<div class="planes">
    ${PLANES.map(
      (plane) =>
        html`<div>
          <h4>${plane}</h4>
          ${
            found.has(plane)
              ? html`<ul>
                  ${(found.get(plane) ?? []).map(
                    ({ resource, findings }) =>
                      html`<li>
                        <code>${text(resource)}</code> ${configBadge(findings)}
                        ${healthBadge(plane, findings, tenant)}
                      </li> `,
                  )}
                </ul>`
              : html`<p class="quiet">nothing to report</p>`
          }
        </div> `,
    )}
  </div>`;
}

function configBadge(findings: readonly Finding[]): Markup {
  const worst = findings.find((finding) => finding.class !== 'unhealthy');
  return worst === undefined ? html`<span class="tag extra">as wanted</span>` : badge(worst);
}

function healthBadge(plane: Plane, findings: readonly Finding[], { health }: TenantReport): Markup {
  const ill = findings.find((finding) => finding.class === 'unhealthy');
  if (ill !== undefined) return badge(ill);
  if (plane !== 'endpoint' || health === null) return html`<span class="quiet">health unknown</span>`;
  return health.healthy
    ? html`<span class="tag extra">healthy</span>`
    : html`<span class="tag unhealthy">! unhealthy</span>`;
}

function fields(tenant: TenantReport, context: Context): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${text(`fields of ${tenant.name}`)}">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Want</th>
          <th scope="col">Have</th>
          <th scope="col">Who</th>
          <th scope="col">Since</th>
          <th scope="col">Next, by rule</th>
        </tr>
      </thead>
      <tbody>
        ${tenant.findings.map((finding) => fieldRows(finding, tenant, context))}
      </tbody>
    </table>
  </div>`;
}

/** A whole resource has no values: it is there or not, and nobody claims that of what could not be read. */
function bothSides(finding: Finding): [want: Markup, have: Markup] {
  if (hasSides(finding)) return [value(finding.want), value(finding.have)];
  const words = WHOLE[finding.class] ?? ['', ''];
  return [html`<span class="quiet">${words[0]}</span>`, html`<span class="quiet">${words[1]}</span>`];
}

const WHOLE: Readonly<Partial<Record<FindingClass, readonly [want: string, have: string]>>> = {
  missing: ['present', 'absent'],
  extra: ['absent', 'present'],
  unreadable: ['', 'not read'],
};

function fieldRows(finding: Finding, tenant: TenantReport, { report, shared }: Context): Markup {
  const id = anchor(tenant.name, findingKey(finding));
  const cause = shared.get(finding);
  const who = authorText(finding);
  return html`<tr id="${id}">
      <th scope="row">
        ${badge(finding)} <code>${text(finding.resource)}</code>
        <code>${text(finding.field ?? 'whole resource')}</code>
        <a class="quiet" href="#${id}" aria-label="link to this finding">#</a>
      </th>
      ${bothSides(finding).map((side) => html`<td>${side}</td> `)}
      <td>${text(who ?? 'not asked')}</td>
      <td>${text(shortTime(finding.since))}</td>
      <td>${text(nextFor(tenant, finding, report.run.mode).text)}</td>
    </tr>
    <tr class="more">
      <td colspan="6">
        ${text(finding.message)}
        <span class="quiet"
          >(${text(`${finding.source} at ${shortTime(finding.at)}`)}${finding.from !== null && text(`; record: ${finding.from}`)})</span
        >
        ${
          cause !== undefined
            ? html`<a href="#${causeId(cause)}">same on ${cause.reach} tenants</a>`
            : html`<details>
                <summary>What can be done</summary>
                ${choiceList(choicesFor(finding, tenant, report.run.mode))}
              </details>`
        }
      </td>
    </tr> `;
}

function whyNothing(tenant: TenantReport, { report }: Context): Markup | null {
  const reasons = reasonsForNothing(tenant, report.run.mode);
  if (reasons.length === 0) return null;
  return html`<h4>${whyTitle(tenant.actions.length)}</h4>
    <ul>
      ${reasons.map((reason) => html`<li>${text(reason)}</li> `)}
    </ul>`;
}

/** One element however much happened. */
function timeline(tenant: TenantReport, { report, verdicts }: Context): Markup {
  const lines = timelineOf(tenant, report, verdicts).map(({ at, what }) => text(`${at}  ${what}`));
  return html`<h4>Timeline</h4>
    <p class="lines">${lines.join('\n')}</p>`;
}
