/** The report as one HTML file that needs nothing else: offline, on paper, without script, in both schemes. */
import type { HoldReason, RunReport } from '../model.ts';
import { causesOf } from './causes.ts';
import { LEGEND, SYMBOLS } from './finding-words.ts';
import { breakerLines, fleetLines } from './fleet-words.ts';
import { causesSection } from './html-causes.ts';
import { text } from './html-finding.ts';
import { tenantsSection } from './html-tenants.ts';
import { Markup, anchor, html, narrowed } from './markup.ts';
import { whyTitle } from './next.ts';
import { orderLines } from './orders.ts';
import { SCRIPT, SCRIPT_HASH } from './script.ts';
import { masked } from './sensitive.ts';
import { STYLE, STYLE_HASH } from './style.ts';
import { verdictsOf } from './timeline.ts';
import { comparable, trendLine, trendOf, type History, type Point } from './trend.ts';
import { CLASSES, answer, deeds, plural, shortAnswer, shortTime, verdictCounts } from './words.ts';

/** Nothing may load; the one stylesheet and the one script are let in by their hashes. */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;

/**
 * Same report and history, same bytes. Every finding has an id made of tenant and finding key, and every cause one of
 * what it is about, so that a ticket can point at it in the next report too. Secrets are masked.
 */
export function renderHtml(unmasked: RunReport, history: History = []): string {
  const report = masked(unmasked);
  const causes = causesOf(report);
  return narrowed(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="referrer" content="no-referrer" />
          <title>${text(`Drift report ${report.run.id}`)}</title>
          ${Markup.style(STYLE)}
        </head>
        <body class="${report.tenants.length > SCROLLED_FROM ? 'big' : ''}">
          <a class="skip" href="#causes">Skip to the findings</a>
          <header>
            ${breaker(report)}
            <h1>${text(shortAnswer(report))}</h1>
            <p class="quiet">${headline(report)}</p>
            ${counts(report, history)} ${facts(report)}
          </header>
          <main>
            ${fleet(report)} ${orders(report)} ${holds(report)}
            <nav aria-label="Views">
              <a href="#causes" data-show="causes">By cause (${causes.length})</a>
              <a href="#tenants" data-show="tenants">By tenant (${report.summary.tenants})</a>
              <span id="tools" hidden>
                <label for="filter">Filter</label>
                <input
                  id="filter"
                  type="search"
                  autocomplete="off"
                  placeholder="name, resource, class:missing …"
                />
                <span id="shown" role="status" class="quiet"></span>
              </span>
            </nav>
            ${causesSection(causes, report)}
            ${tenantsSection(report, causes, verdictsOf(comparable(report, history)))}
          </main>
          <footer class="quiet">
            <p>${text(answer(report))}</p>
            <p>${LEGEND}</p>
            <p>
              Drift: what is there differs from what was last applied. Pending: the record is newer than what
              was applied. Unreadable: nobody could look, so nothing is claimed. The same as data:
              <code>${text(`plumb report --run ${report.run.id} -o json`)}</code>
            </p>
          </footer>
          ${Markup.script(SCRIPT)}
        </body>
      </html> `,
  );
}

/** An open breaker comes before everything else. */
function breaker(report: RunReport): Markup | null {
  const open = breakerLines(report);
  if (open === null) return null;
  return html`<div class="error" role="alert">
    <p><strong>${text(open.head)}</strong></p>
    ${open.lines.map((line) => html`<p>${text(line)}</p> `)}
  </div>`;
}

function headline(report: RunReport): Markup {
  const { run } = report;
  const shard = run.shard.count > 1 && html`, shard ${run.shard.index + 1} of ${run.shard.count}`;
  return html`Run <code>${text(run.id)}</code>${shard}, ${text(shortTime(run.startedAt))} to
    ${text(shortTime(run.finishedAt))}: ${deeds(report)}.`;
}

/** Counts by class, each with its way here where earlier passes are known. */
function counts(report: RunReport, history: History): Markup {
  const { summary } = report;
  const points = trendOf(report, history);
  const tile = (name: string, count: number, style: string, filter: string, way: readonly number[]): Markup =>
    html`<li>
      <a href="#${filter.startsWith('verdict:') ? 'tenants' : 'causes'}" data-filter="${filter}"
        ><b class="${count === 0 ? 'quiet' : style}">${count}</b> <span>${name}</span></a
      >${sparkline(name, way)}
    </li> `;
  const wayOf = (of: (point: Point) => number): number[] => (points.length < 2 ? [] : points.map(of));
  const trend = trendLine(report, history);
  return html`<ul class="counts">
      ${tile(
        'in sync',
        summary.verdicts['in-sync'] ?? 0,
        '',
        'verdict:in-sync',
        wayOf(({ inSync }) => inSync),
      )}
      ${CLASSES.map((name) =>
        tile(
          `${SYMBOLS[name]} ${name}`,
          summary.findings[name] ?? 0,
          name,
          `class:${name}`,
          wayOf(({ findings }) => findings[name] ?? 0),
        ),
      )}
    </ul>
    ${trend !== null && html`<p class="quiet">${text(trend)}</p>`}`;
}

/** From so many tenants on, what is out of sight is laid out only when it comes into sight. */
const SCROLLED_FROM = 500;

const WIDTH = 96;
const HEIGHT = 18;

function sparkline(name: string, way: readonly number[]): Markup | null {
  if (way.length < 2) return null;
  const most = Math.max(1, ...way);
  const points = way
    .map(
      (count, i) =>
        `${((i * WIDTH) / (way.length - 1)).toFixed(1)},${(HEIGHT - 1 - (count / most) * (HEIGHT - 2)).toFixed(1)}`,
    )
    .join(' ');
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${`${name} over ${way.length} passes: ${way.join(', ')}`}"
  >
    <polyline points="${points}" />
  </svg>`;
}

/** Coverage, freshness, breaker, pauses and exceptions: what to know before believing the counts. */
function facts(report: RunReport): Markup {
  const { summary, tenants } = report;
  const covered = tenants.flatMap(({ coverage }) => coverage ?? []);
  const sum = (of: (coverage: (typeof covered)[number]) => number): number =>
    covered.reduce((total, each) => total + of(each), 0);
  const oldest = summary.oldestObservation;
  const listed =
    tenants.length < summary.tenants ? ` (of the ${plural(tenants.length, 'tenant')} listed)` : '';
  const rows: [string, string][] = [
    ['Tenants', `${summary.tenants}${summary.tenants === 0 ? '' : `: ${verdictCounts(summary.verdicts)}`}`],
    [
      'Coverage',
      covered.length === 0
        ? 'not read'
        : `${sum(({ declared }) => declared)} assets declared, ${sum(({ platform }) => platform)} made by the platform, ${sum(({ unexplained, more }) => unexplained.length + more)} unexplained${listed}`,
    ],
    ['Freshness', oldest === null ? 'nothing was observed' : `oldest observation ${shortTime(oldest)}`],
    ['Breaker', report.breaker === null ? 'closed' : 'open'],
    ['Paused', plural(tenants.filter(({ paused }) => paused !== null).length, 'tenant')],
    ['Excepted', plural(summary.excepted, 'finding')],
  ];
  return html`<dl class="facts">
    ${rows.map(
      ([name, words]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${text(words)}</dd>
        </div> `,
    )}
  </dl>`;
}

function fleet(report: RunReport): Markup | null {
  const lines = fleetLines(report);
  if (lines.length === 0) return null;
  return html`<h2 id="fleet">Fleet</h2>
    <ul>
      ${lines.map((line) => html`<li>${text(line)}</li> `)}
    </ul>`;
}

/** So many orders of a sort stand before what was found; the others are behind a line. */
const ORDERS_SHOWN = 5;

/** Pauses and broken glass: what holds actions back, or keeps others from doing so. */
const orders = (report: RunReport): Markup =>
  html`${orderLines(report).map(
    ({ title, lines }) =>
      html`<h2 id="${anchor('orders', title)}">${title}</h2>
        ${orderList(lines.slice(0, ORDERS_SHOWN))}
        ${
          lines.length > ORDERS_SHOWN &&
          html`<details>
            <summary>${lines.length - ORDERS_SHOWN} more</summary>
            ${orderList(lines.slice(ORDERS_SHOWN))}
          </details>`
        } `,
  )}`;

const orderList = (lines: readonly string[]): Markup =>
  html`<ul>
    ${lines.map((line) => html`<li>${text(line)}</li> `)}
  </ul>`;

/** How each kind of hold ends. */
const GO_ON: Readonly<Record<HoldReason, string>> = {
  paused: 'until the pause ends, or somebody ends it (plumb resume)',
  window: 'until a maintenance window opens',
  approval: 'until the owner approves the plan (plumb approve, as under each finding)',
  contested: 'somebody else keeps rewriting it; settle that with them first',
  'report-only': 'policy only reports it',
  budget: 'the budget of calls ran out; the next pass goes on',
  breaker: 'the breaker is open; find the cause first, then plumb override',
  'in-flight': 'a run is under way; the next pass looks again',
  unreadable: 'something could not be read; restore the read',
  unowned: 'it does not belong to the tenant',
  'retry-later': 'the launch failed; the next pass tries again',
};

/** Why nothing happens, or not all, for the fleet; what most wait for first. */
function holds({ tenants, summary }: RunReport): Markup | null {
  const groups = Map.groupBy(
    tenants.flatMap(({ held }) => held),
    ({ reason }) => reason,
  );
  if (groups.size === 0) return null;
  const most = [...groups].toSorted(([, one], [, other]) => other.length - one.length);
  return html`<h2 id="holds">${whyTitle(summary.launched)}</h2>
    <ul>
      ${most.map(([reason, held]) => {
        const next = held.flatMap((each) => each.next ?? []).sort()[0];
        return html`<li>
          <a href="#tenants" data-filter="held:${reason}">${held.length} held: ${reason}</a>:
          ${GO_ON[reason]}${next !== undefined && text(`; first allowed ${shortTime(next)}`)}
        </li> `;
      })}
    </ul>`;
}
