/** The report as one HTML file that needs nothing else: no script, no font, no network, readable on paper. */
import type { Finding, RunReport, TenantReport } from '../model.ts';
import { findingKey } from '../model.ts';
import { Markup, anchor, html } from './markup.ts';
import { breakerLines, fleetLines } from './fleet-words.ts';
import { orderLines } from './orders.ts';
import { printable } from './printable.ts';
import { masked } from './sensitive.ts';
import { STYLE, STYLE_HASH } from './style.ts';
import { trendLine, type History } from './trend.ts';
import { SYMBOLS, authorText, firstSeen, hasSides } from './finding-words.ts';
import { doings, heldText, nextFor } from './next.ts';
import {
  CLASSES,
  VERDICT_WORDS,
  answer,
  byResource,
  classCounts,
  countByClass,
  coverageText,
  deeds,
  generations,
  hasSection,
  planText,
  plural,
  shortAnswer,
  shortTime,
  unexplainedNames,
  verdictCounts,
} from './words.ts';

/** Nothing may load or run; the one stylesheet is let in by its hash. */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/**
 * Same report, same bytes. Every finding has an id made of tenant and finding key, so that a ticket can point at it
 * in the next report too.
 */
export function renderHtml(unmasked: RunReport, history: History = []): string {
  const report = masked(unmasked);
  const trend = trendLine(report, history);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${text(`Drift report ${report.run.id}`)}</title>
        ${Markup.style(STYLE)}
      </head>
      <body>
        <header>
          ${breaker(report)}
          <h1>${text(shortAnswer(report))}</h1>
          <p class="quiet">${headline(report)}</p>
          ${trend !== null && html`<p class="quiet">${text(trend)}</p>`}
        </header>
        <main>
          ${counts(report)} ${fleet(report)} ${overview(report)} ${orders(report)}
          ${report.tenants.filter(hasSection).map((tenant) => tenantSection(tenant, report))}
        </main>
        <footer class="quiet">
          <p>${text(answer(report))}</p>
          <p>
            Drift: what is there differs from what was last applied. Pending: the record is newer than what
            was applied. Unreadable: nobody could look, so nothing is claimed.
          </p>
        </footer>
      </body>
    </html> `.toString();
}

/** Escape sequences and reading-direction marks are as misleading on a page as in a terminal. */
const text = (value: string): string => printable(value);

/** An open breaker comes before everything else. */
function breaker(report: RunReport): Markup | null {
  const open = breakerLines(report);
  if (open === null) return null;
  return html`<div class="error" role="alert">
    <p><strong>${text(open.head)}</strong></p>
    ${open.lines.map((line) => html`<p>${text(line)}</p> `)}
  </div>`;
}

function fleet(report: RunReport): Markup | null {
  const lines = fleetLines(report);
  if (lines.length === 0) return null;
  return html`<h2 id="fleet">Fleet</h2>
    <ul>
      ${lines.map((line) => html`<li>${text(line)}</li> `)}
    </ul>`;
}

function headline(report: RunReport): Markup {
  const { run, summary } = report;
  const shard = run.shard.count > 1 && html`, shard ${run.shard.index + 1} of ${run.shard.count}`;
  const oldest = summary.oldestObservation;
  return html`Run <code>${text(run.id)}</code>${shard}, ${text(shortTime(run.startedAt))} to
    ${text(shortTime(run.finishedAt))}: ${deeds(report)}.
    ${oldest === null ? 'Nothing was observed.' : text(`Oldest observation: ${shortTime(oldest)}.`)}`;
}

function counts({ summary }: RunReport): Markup {
  const cells: [string, number, string][] = [
    ['tenants', summary.tenants, ''],
    ['in sync', summary.verdicts['in-sync'] ?? 0, ''],
    ...CLASSES.map((name): [string, number, string] => [
      `${SYMBOLS[name]} ${name}`,
      summary.findings[name] ?? 0,
      name,
    ]),
    ['launched', summary.launched, ''],
    ['held', summary.held, ''],
    ['excepted', summary.excepted, ''],
  ];
  return html`<ul class="counts">
      ${cells.map(([name, count, style]) => html`<li><b class="${count === 0 ? 'quiet' : style}">${count}</b> ${name}</li> `)}
    </ul>
    <p class="quiet">${verdictCounts(summary.verdicts)}</p>`;
}

function overview({ tenants }: RunReport): Markup {
  if (tenants.length === 0) return html`<p>There is no record to compare.</p>`;
  return html`<h2 id="tenants">Tenants</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Tenant</th>
            <th scope="col">Verdict</th>
            <th scope="col">Status</th>
            <th scope="col">Generation</th>
            <th scope="col">Findings</th>
            <th scope="col">Health</th>
            <th scope="col">Action</th>
          </tr>
        </thead>
        <tbody>
          ${tenants.map(overviewRow)}
        </tbody>
      </table>
    </div>`;
}

/** Pauses and broken glass: what holds actions back, or keeps others from doing so. */
const orders = (report: RunReport): Markup =>
  html`${orderLines(report).map(
    ({ title, lines }) =>
      html`<h2 id="${anchor(title)}">${title}</h2>
        <ul>
          ${lines.map((line) => html`<li>${text(line)}</li> `)}
        </ul> `,
  )}`;

function overviewRow(tenant: TenantReport): Markup {
  const name = text(tenant.name);
  const shown = !hasSection(tenant) ? html`${name}` : html`<a href="#${anchor(tenant.name)}">${name}</a>`;
  return html`<tr>
    <th scope="row">${shown}</th>
    <td>${VERDICT_WORDS[tenant.verdict]}</td>
    <td>${tenant.status ?? 'none'}</td>
    <td>${generations(tenant)}</td>
    <td>${classCounts(countByClass(tenant.findings)) || 'none'}</td>
    <td>${health(tenant)}</td>
    <td>${doings(tenant)}</td>
  </tr> `;
}

function health({ health: result }: TenantReport): Markup {
  if (result === null) return html`<span class="quiet">never checked</span>`;
  const words = result.healthy ? 'healthy' : `unhealthy: ${result.reason}`;
  return html`${text(words)} <span class="quiet">${text(shortTime(result.checkedAt))}</span>`;
}

function tenantSection(tenant: TenantReport, report: RunReport): Markup {
  return html`<section>
    <h2 id="${anchor(tenant.name)}">${text(tenant.name)}</h2>
    <p class="quiet">
      ${VERDICT_WORDS[tenant.verdict]}, ${tenant.status ?? 'no status yet'}, ${generations(tenant)},
      ${plural(tenant.resources, 'resource')} compared${planText(tenant)}
    </p>
    ${tenant.error !== null && html`<p class="error">Could not be judged: ${text(tenant.error)}</p> `}${byResource(
      tenant.findings,
    ).map(
      ({ plane, resources }) =>
        html`<h3 id="${anchor(tenant.name, plane)}">${plane}</h3>
          ${resources.map(
            ({ resource, findings }) =>
              html`<div class="resource">
                <h4>${text(resource)}</h4>
                ${findings.map((finding) => findingBlock(finding, tenant, report))}
              </div> `,
          )}`,
    )}${loose(tenant)}${coverage(tenant)}
  </section> `;
}

/** What nobody declared is listed: it is the part of the project that a person has to look at. */
function coverage({ coverage: found }: TenantReport): Markup | null {
  if (found === null) return null;
  return html`<p class="quiet">In its project: ${coverageText(found)}</p>
    ${unexplainedNames(found).map((name) => html`<p><code>${text(name)}</code></p> `)}`;
}

/** Actions and holds that no finding stands behind, for example a tenant that somebody paused. */
function loose(tenant: TenantReport): Markup {
  const lines = [
    ...tenant.actions
      .filter(({ because }) => because.length === 0)
      .map(({ flow, summary }) => `Next: ${flow}: ${summary}`),
    ...tenant.held.filter(({ because }) => because.length === 0).map((held) => `Held, ${heldText(held)}`),
  ];
  return html`${lines.map((line) => html`<p>${text(line)}</p> `)}`;
}

function findingBlock(finding: Finding, tenant: TenantReport, report: RunReport): Markup {
  const id = anchor(tenant.name, findingKey(finding));
  const next = nextFor(tenant, finding, report.run.mode);
  const first = firstSeen(finding, report);
  return html`<div class="finding" id="${id}">
    <p>
      <span class="tag ${finding.class}">${SYMBOLS[finding.class]} ${finding.class}</span>
      <code>${text(finding.field ?? 'whole resource')}</code>
      <a class="quiet" href="#${id}" aria-label="link to this finding">#</a>
    </p>
    <p>${text(finding.message)}</p>
    ${sides(finding)}
    <dl>
      <dt>Record</dt>
      <dd>
        ${finding.from === null ? 'no field stands behind it' : html`<code>${text(finding.from)}</code>`}
      </dd>
      <dt>Seen</dt>
      <dd>${text(`${finding.source} at ${shortTime(finding.at)}`)}${first !== null && text(`, ${first}`)}</dd>
      ${author(finding)}
      <dt>Next</dt>
      <dd>${text(next.text)}</dd>
    </dl>
  </div> `;
}

function author(finding: Finding): Markup | null {
  const said = authorText(finding);
  return said === null
    ? null
    : html`<dt>Who</dt>
        <dd>${text(said)}</dd>`;
}

function sides(finding: Finding): Markup | null {
  if (!hasSides(finding)) return null;
  const { want, have } = finding;
  return html`<div class="sides">
    <div><span>want</span><code>${value(want)}</code></div>
    <div><span>have</span><code>${value(have)}</code></div>
  </div> `;
}

const value = (side: Finding['want']): string => (side === null ? 'none' : text(JSON.stringify(side)));
