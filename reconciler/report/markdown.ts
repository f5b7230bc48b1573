/**
 * The report as Markdown, for pull requests, tickets and job summaries: what differs by cause, then the tenants. Text
 * from outside only ever stands in code spans, where nothing is markup and nobody is notified.
 */
import { isQuiet, type Finding, type RunReport, type TenantReport } from '../model.ts';
import {
  FOLDED_FROM,
  SHARED_FROM,
  causesOf,
  placesOf,
  sharedNext,
  type Cause,
  type Place,
} from './causes.ts';
import { LEGEND, authorText, hasSides, saidOf, symbolOf } from './finding-words.ts';
import { breakerLines, fleetLines } from './fleet-words.ts';
import { doings, nextFor } from './next.ts';
import { orderLines } from './orders.ts';
import { printable } from './printable.ts';
import { masked } from './sensitive.ts';
import { ageCell, driftCell, healthCell, pendingCell } from './tenant-table.ts';
import { trendLine, type History } from './trend.ts';
import { VERDICT_WORDS, answer, deeds, plural, shortTime, valueText } from './words.ts';

/** A comment on GitHub holds 65,536 characters; what is left out is counted and can be had from `-o json`. */
const MOST_CAUSES = 40;
const MOST_TENANTS = 60;
const NAMED = 8;

/** Same report, same bytes. Ends with a line break. Secrets are masked. */
export function renderMarkdown(unmasked: RunReport, history: History = []): string {
  const report = masked(unmasked);
  const { run } = report;
  const causes = causesOf(report);
  const open = breakerLines(report);
  const trend = trendLine(report, history);
  const lines = [
    ...(open === null ? [] : [quote([`**${prose(open.head)}**`, ...open.lines.map(prose)]), '']),
    `# Drift report ${code(run.id)}`,
    '',
    `**${prose(answer(report))}**`,
    '',
    `${shortTime(prose(run.startedAt))} to ${shortTime(prose(run.finishedAt))}: ${deeds(report)}.${trend === null ? '' : ` ${prose(trend)}`}`,
    '',
    ...list(fleetLines(report)),
    ...orderLines(report).flatMap(({ title, lines: orders }) => [`## ${title}`, '', ...list(orders)]),
    ...section(
      'What differs',
      causes.filter(({ pending }) => !pending),
      report,
    ),
    ...section(
      'Pending: the record is newer than what was applied',
      causes.filter(({ pending }) => pending),
      report,
    ),
    ...tenants(report),
    ...(causes.length === 0 ? [] : [LEGEND.split('  ').map(symbolInCode).join(' · '), '']),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** `- missing` begins a list, `~ changed` strikes through: in code they are what they are. */
const symbolInCode = (entry: string): string => `${code(entry.charAt(0))}${entry.slice(1)}`;

function section(title: string, causes: readonly Cause[], report: RunReport): string[] {
  if (causes.length === 0) return [];
  const rows = placesOf(causes, FOLDED_FROM, SHARED_FROM);
  const more = rows.length - MOST_CAUSES;
  return [
    `## ${title}`,
    '',
    ...rows
      .slice(0, MOST_CAUSES)
      .flatMap((row) => ('causes' in row ? placeLines(row, report) : causeLines(row, report))),
    ...(more > 0 ? [`- and ${more} more: ${code('plumb report -o json')}`] : []),
    '',
  ];
}

/** What stands at a place that tenants have in common is their own: the first of them say what. */
function placeLines({ finding, causes, reach }: Place, { run }: RunReport): string[] {
  const members = causes.flatMap((cause) => cause.members);
  const nexts = members.map((member) => nextFor(member.tenant, member.finding, run.mode));
  const more = causes.length - NAMED;
  return [
    `- ${headOf(finding)}, ${causes.length} different ${hasSides(finding) ? 'values' : 'reasons'} on ${reach} tenants`,
    ...causes.slice(0, NAMED).map((cause) => {
      const names = cause.members.map(({ tenant }) => code(tenant.name)).join(', ');
      return `  - ${names}: ${hasSides(finding) ? sidesOf(cause.finding) : prose(saidOf(cause.finding))}`;
    }),
    ...(more > 0 ? [`  - and ${more} more`] : []),
    ...(finding.from === null ? [] : [`  - record: ${code(finding.from)}`]),
    `  - next: ${prose(shortTime(sharedNext(nexts)))}`,
  ];
}

const headOf = (finding: Finding): string =>
  `${code(symbolOf(finding))} **${finding.class}** ${code(finding.resource)}${finding.field === null ? '' : ` ${code(finding.field)}`}`;

const sidesOf = ({ want, have }: Finding): string =>
  `want ${code(valueText(want))} → have ${code(valueText(have))}`;

function causeLines({ finding, members, reach, since }: Cause, { run }: RunReport): string[] {
  const names = [...new Set(members.map(({ tenant }) => tenant.name))];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const on = `${names.slice(0, NAMED).map(code).join(', ')}${more}`;
  const [author] = members.flatMap((member) => authorText(member.finding) ?? []);
  const nexts = members.map((member) => nextFor(member.tenant, member.finding, run.mode));
  const next = reach === 1 ? (nexts[0]?.text ?? '') : shortTime(sharedNext(nexts));
  const sides = hasSides(finding) ? `: ${sidesOf(finding)}` : '';
  return [
    `- ${headOf(finding)}${sides}, on ${reach === 1 ? on : `${reach} tenants: ${on}`}`,
    `  - why: ${prose(finding.message)} (${prose(finding.source)} at ${prose(shortTime(finding.at))}, first ${prose(shortTime(since))})`,
    ...(finding.from === null ? [] : [`  - record: ${code(finding.from)}`]),
    ...(author === undefined ? [] : [`  - who: ${prose(author)}`]),
    `  - next: ${prose(next)}`,
  ];
}

function tenants(report: RunReport): string[] {
  const loud = report.tenants.filter((tenant) => !isQuiet(tenant));
  if (loud.length === 0) return [];
  const shown = loud.slice(0, MOST_TENANTS);
  const rest = report.summary.tenants - shown.length;
  return [
    '## Tenants',
    '',
    '| Tenant | Verdict | Drift | Pending | Health | Age | Action |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...shown.map((tenant) => row(tenant, report)),
    '',
    ...(rest === 0
      ? []
      : [
          `${plural(rest, 'more tenant')}${loud.length > shown.length ? '' : ', with nothing to report'}.`,
          '',
        ]),
    ...shown.flatMap(({ name, error }) =>
      error === null ? [] : [`${code(name)} could not be judged: ${prose(error)}`, ''],
    ),
  ];
}

const row = (tenant: TenantReport, report: RunReport): string =>
  `| ${[
    cell(code(tenant.name)),
    VERDICT_WORDS[tenant.verdict],
    driftCell(tenant),
    pendingCell(tenant),
    healthCell(tenant),
    ageCell(tenant, report),
    doings(tenant),
  ].join(' | ')} |`;

/** In a table even a code span ends at a bar. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

const list = (lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [...lines.map((line) => `- ${prose(line)}`), ''];

const quote = (lines: readonly string[]): string => lines.map((line) => `> ${line}`).join('\n>\n');

/** A code span that no text can end: its fence is longer than any run of backticks in it. */
function code(text: string): string {
  const shown = printable(text);
  if (shown.trim() === '') return '`(empty)`';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Words of a sentence that are only words stay; whatever could be markup, a link or a mention goes into code. */
const prose = (text: string): string =>
  printable(text)
    .split(/(`[^`]+`| +)/)
    .map((part, index) => {
      if (/^`[^`]+`$/.test(part)) return code(part.slice(1, -1));
      return /^ *$/.test(part) || isPlain(part, index === 0) ? part : code(part);
    })
    .join('');

/** Letters and digits of any script, and the punctuation that means nothing inside a line. */
const isPlain = (word: string, first: boolean): boolean =>
  /^[\p{L}\p{N}.,;:'"()?!/=%→…’–-]+$/u.test(word) &&
  !/:\/\/|^www\./i.test(word) &&
  // `1.` and `-` begin a list where a line begins.
  !(first && /^(\d+[.)]|[-=]+)$/.test(word));
