/** The page's main list: one row per cause, whichever tenants have it, ranked by reach and age. */
import { durationText } from '../../desired-state/duration.ts';
import { findingKey, type Finding, type RunReport } from '../model.ts';
import { FOLDED_FROM, SHARED_FROM, placesOf, sharedNext, type Cause, type Place } from './causes.ts';
import { choicesForAll } from './choices.ts';
import { authorText, hasSides, saidOf } from './finding-words.ts';
import { badge, choiceList, sides, text } from './html-finding.ts';
import { anchor, html, type Markup } from './markup.ts';
import { nextFor } from './next.ts';
import { plural, shortTime } from './words.ts';

/** Stays the same from report to report, and is short whatever the values are (a 53-bit hash: cyrb53). */
export function causeId({ key }: Cause): string {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < key.length; i += 1) {
    one = Math.imul(one ^ key.charCodeAt(i), 2654435761);
    other = Math.imul(other ^ key.charCodeAt(i), 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return `cause-${(4294967296 * (2097151 & other) + (one >>> 0)).toString(36)}`;
}

export function causesSection(causes: readonly Cause[], report: RunReport): Markup {
  const waiting = causes.filter(({ pending }) => pending);
  const others = causes.filter(({ pending }) => !pending);
  return html`<section data-view="causes" aria-labelledby="causes">
    <h2 id="causes">By cause</h2>
    ${causes.length === 0 && html`<p class="quiet">No findings: everything is as the records want it.</p>`}
    ${rows(others, report)}
    ${
      waiting.length > 0 &&
      html`<div data-group>
        <h3>Pending: the record is newer than what was applied. This is no drift.</h3>
        ${rows(waiting, report)}
      </div>`
    }
  </section>`;
}

const rows = (causes: readonly Cause[], report: RunReport): Markup[] =>
  placesOf(causes, FOLDED_FROM, SHARED_FROM).map((row) =>
    'causes' in row ? placeRow(row, report) : causeRow(row, report),
  );

/** What a row says whether it is one cause or many of a place; `values`: what stands where the two sides would. */
function lineOf(
  row: Pick<Cause, 'finding' | 'members' | 'reach' | 'since'>,
  values: Markup | null,
  { run }: RunReport,
): Markup {
  const { finding, members, reach, since } = row;
  const nexts = members.map(({ tenant, finding: own }) => nextFor(tenant, own, run.mode));
  return html`${badge(finding)}
    <span class="what"
      ><code>${text(finding.resource)}${finding.field !== null && text(` ${finding.field}`)}</code>
      ${values}</span
    >
    <span class="reach"
      >${reach === 1 ? html`on ${text(members[0]?.tenant.name ?? '')}` : plural(reach, 'tenant')}</span
    >
    <span class="age quiet">${ageText(since, run)}</span>
    <span class="next quiet">${text(shortTime(sharedNext(nexts)))}</span>`;
}

function ageText(since: string, run: RunReport['run']): string {
  const age = Date.parse(run.finishedAt) - Date.parse(since);
  return Number.isFinite(age) ? durationText(age) : '';
}

const wordsOf = ({ class: kind, excepted }: Finding): string =>
  `class:${kind}${excepted === null ? '' : ' excepted'}`;

function causeRow(cause: Cause, report: RunReport): Markup {
  const { finding, members, reach } = cause;
  const [first] = members;
  const line = lineOf(cause, sides(finding), report);
  const words = wordsOf(finding);
  if (reach < SHARED_FROM && first !== undefined) {
    const target = anchor(first.tenant.name, findingKey(first.finding));
    return html`<div class="row cause" id="${causeId(cause)}" data-words="${words}">
      ${line}
      <a class="go" href="#${target}" aria-label="${text(`open this finding of ${first.tenant.name}`)}"
        >open</a
      >
    </div> `;
  }
  return html`<details class="cause" id="${causeId(cause)}" data-words="${words}">
    <summary class="row">${line}</summary>
    <div class="body">${causeBody(cause, report)}</div>
  </details> `;
}

function placeRow({ causes, finding, reach, since }: Place, report: RunReport): Markup {
  const members = causes.flatMap((cause) => cause.members);
  const values = html`<span class="sides"
    >${causes.length} different ${hasSides(finding) ? 'values' : 'reasons'}</span
  >`;
  return html`<details class="cause" data-group>
    <summary class="row">${lineOf({ finding, members, reach, since }, values, report)}</summary>
    <div class="body">${causes.map((cause) => memberLine(cause, report.run))}</div>
  </details> `;
}

/** One cause among those of its place, which has said what it is about. */
function memberLine(cause: Cause, run: RunReport['run']): Markup {
  const { finding, members, since } = cause;
  const { resource, field } = finding;
  const nexts = members.map(({ tenant, finding: own }) => nextFor(tenant, own, run.mode));
  return html`<p
    class="cause"
    id="${causeId(cause)}"
    data-words="${text(`${wordsOf(finding)} ${resource} ${field ?? ''}`)}"
  >
    ${members.map(
      (member) =>
        html`<a href="#${anchor(member.tenant.name, findingKey(member.finding))}"
          >${text(member.tenant.name)}</a
        > `,
    )}
    ${text(`${saidOf(finding)}; for ${ageText(since, run)}; ${shortTime(sharedNext(nexts))}`)}
  </p> `;
}

function causeBody(cause: Cause, { run }: RunReport): Markup {
  const { finding, members, since } = cause;
  const authors = [...new Set(members.flatMap((member) => authorText(member.finding) ?? []))];
  return html`<dl>
      <dt>Why</dt>
      <dd>${text(finding.message)}</dd>
      <dt>Record</dt>
      <dd>
        ${finding.from === null ? 'no field stands behind it' : html`<code>${text(finding.from)}</code>`}
      </dd>
      <dt>Seen</dt>
      <dd>${text(`${finding.source} at ${shortTime(finding.at)}, first ${shortTime(since)}`)}</dd>
      <dt>Who</dt>
      <dd>
        ${text(authors[0] ?? 'nobody has asked the logs')}${authors.length > 1 && ` and ${authors.length - 1} more`}
      </dd>
    </dl>
    ${choiceList(choicesForAll(cause, run.mode))}
    <p class="names">
      ${members.map(({ tenant }) => html`<a href="#${anchor(tenant.name)}">${text(tenant.name)}</a> `)}
    </p>`;
}
