/**
 * The report as JUnit XML, for CI servers that show tests: a suite per tenant, a case per finding. Drift and ill health
 * fail; what nobody could read is an error; what is only pending, or accepted, is skipped with its reason.
 */
import { findingKey, type Finding, type RunReport, type TenantReport } from '../model.ts';
import { authorText, difference } from './finding-words.ts';
import { nextFor } from './next.ts';
import { masked } from './sensitive.ts';
import { VERDICT_WORDS, answer, isPending, plural, shortTime } from './words.ts';
import { xml, type Xml } from './xml.ts';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** Machine-readable: a finding's class, or a verdict. */
  readonly type: string;
  readonly message: string;
  readonly lines: readonly string[];
}

/** The order of elements and the attributes are those that Jenkins' and Ant's schemas agree on. */
export function renderJunit(unmasked: RunReport): string {
  const report = masked(unmasked);
  const suites = report.tenants.map((tenant) => ({ tenant, cases: casesOf(tenant, report) }));
  const all = suites.flatMap(({ cases }) => cases);
  const { run } = report;
  const name = `plumbline ${run.id}`;
  const time = seconds(run.startedAt, run.finishedAt);
  return xml`<?xml version="1.0" encoding="UTF-8"?>
<!-- ${answer(report).replace(/-(?=-)/g, '- ')} -->
<testsuites name="${name}" tests="${all.length}" failures="${count(all, 'failure')}" errors="${count(all, 'error')}" time="${time}">
${suites.map(({ tenant, cases }, index) => suite(tenant, cases, index, report))}</testsuites>
`.toString();
}

function suite(tenant: TenantReport, cases: readonly Case[], index: number, { run }: RunReport): Xml {
  const property = (name: string, value: string): Xml => xml`      <property name="${name}" value="${value}"/>
`;
  return xml`  <testsuite name="${tenant.name}" id="${index}" package="plumbline" hostname="plumbline" timestamp="${withoutZone(run.startedAt)}" tests="${cases.length}" failures="${count(cases, 'failure')}" errors="${count(cases, 'error')}" skipped="${count(cases, 'skipped')}" time="0">
    <properties>
${property('verdict', tenant.verdict)}${property('generation', String(tenant.generation))}${property('appliedGeneration', String(tenant.appliedGeneration ?? 'never'))}    </properties>
${cases.map(testcase)}    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
`;
}

function testcase({ classname, name, outcome, type, message, lines }: Case): Xml {
  const open = xml`    <testcase classname="${classname}" name="${name}" time="0">`;
  const text = lines.map((line, i) => xml`${i === 0 ? '' : BREAK}${line}`);
  switch (outcome) {
    case 'passed':
      return xml`${open}</testcase>
`;
    case 'skipped':
      return xml`${open}
      <skipped>${message}${BREAK}${text}</skipped>
    </testcase>
`;
    case 'failure':
      return xml`${open}
      <failure type="${type}" message="${message}">${text}</failure>
    </testcase>
`;
    case 'error':
      return xml`${open}
      <error type="${type}" message="${message}">${text}</error>
    </testcase>
`;
  }
}

/** Markup, so that it stays a line break: in a text of the report it would be shown as an escape. */
const BREAK: Xml = xml`
`;

/** At least one per tenant: a suite without a case reads as a tenant that nobody looked at. */
function casesOf(tenant: TenantReport, report: RunReport): Case[] {
  const whole = { classname: tenant.name, name: 'the tenant as a whole', type: tenant.verdict, lines: [] };
  if (tenant.error !== null) return [{ ...whole, outcome: 'error', message: tenant.error }];
  const found = tenant.findings.map((finding) => caseOf(finding, tenant, report));
  if (found.length > 0) return found;
  const message = `${VERDICT_WORDS[tenant.verdict]}, ${plural(tenant.resources, 'resource')} compared`;
  return [{ ...whole, outcome: tenant.verdict === 'in-sync' ? 'passed' : 'skipped', message }];
}

function caseOf(finding: Finding, tenant: TenantReport, { run }: RunReport): Case {
  const who = authorText(finding);
  return {
    classname: `${tenant.name}.${finding.plane}`,
    name: findingKey(finding),
    outcome: outcomeOf(tenant, finding),
    type: finding.class,
    message: `${finding.class} ${finding.resource}${difference(finding)}`,
    lines: [
      `why: ${finding.message}`,
      `seen: ${finding.source} at ${shortTime(finding.at)}, first ${shortTime(finding.since)}`,
      ...(finding.from === null ? [] : [`record: ${finding.from}`]),
      ...(who === null ? [] : [`who: ${who}`]),
      `next: ${nextFor(tenant, finding, run.mode).text}`,
    ],
  };
}

function outcomeOf(tenant: TenantReport, finding: Finding): Outcome {
  if (finding.excepted !== null || isPending(tenant, finding)) return 'skipped';
  return finding.class === 'unreadable' ? 'error' : 'failure';
}

const count = (cases: readonly Case[], outcome: Outcome): number =>
  cases.filter((each) => each.outcome === outcome).length;

function seconds(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isFinite(ms) ? (ms / 1000).toFixed(3) : '0';
}

/** Ant's schema wants a time without a zone; ours are all UTC. */
const withoutZone = (time: string): string => time.replace(/(\.\d+)?Z$/, '');
