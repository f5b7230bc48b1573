/**
 * The report as SARIF 2.1.0, for code scanning and other places that follow findings over time. A result's fingerprint
 * is its tenant and finding key, so that the same difference is the same result in every report.
 */
import { findingKey, type Finding, type FindingClass, type RunReport, type TenantReport } from '../model.ts';
import { authorText, difference } from './finding-words.ts';
import { ACTING, spelled } from './json.ts';
import { nextFor } from './next.ts';
import { masked } from './sensitive.ts';
import { CLASSES, answer, shortTime } from './words.ts';

type Level = 'error' | 'warning' | 'note';

interface Rule {
  readonly level: Level;
  readonly short: string;
  readonly full: string;
}

const RULES: Readonly<Record<FindingClass, Rule>> = {
  missing: {
    level: 'error',
    short: 'What the record wants is not there',
    full: 'The owning API, or a complete list of the cluster, says that the resource or field does not exist.',
  },
  changed: {
    level: 'error',
    short: 'A field differs from what was applied',
    full: 'The record was applied, and the field has another value now: somebody changed it behind the record.',
  },
  extra: {
    level: 'error',
    short: 'Something is there that the record does not have',
    full: 'It was added where the record owns the whole.',
  },
  unhealthy: {
    level: 'error',
    short: 'It does not work as it should',
    full: 'The configuration may be right and the workload ill. This is not drift.',
  },
  unreadable: {
    level: 'warning',
    short: 'Nobody could look',
    full: 'What could not be read is neither right nor wrong. It is never taken for absent.',
  },
  pending: {
    level: 'note',
    short: 'The record is newer than what was applied',
    full: 'Somebody changed the record and it is not applied yet. This is not drift.',
  },
  exception: {
    level: 'note',
    short: 'An exception is over or matches nothing',
    full: 'It says something about our rules, not about the world.',
  },
};

const ruleId = (name: FindingClass): string => `plumbline/${name}`;

export function renderSarif(unmasked: RunReport): string {
  const report = masked(unmasked);
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Plumbline', informationUri: 'https://plumbline.dev', rules: CLASSES.map(ruleOf) },
        },
        automationDetails: { id: `plumbline/${report.run.id}` },
        invocations: [invocation(report)],
        originalUriBaseIds: { RECORDS: { description: { text: 'The store of tenant records.' } } },
        results: report.tenants.flatMap((tenant) =>
          tenant.findings.map((finding) => resultOf(finding, tenant, report)),
        ),
        properties: { format: report.format, answer: answer(report), summary: report.summary },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2).replace(ACTING, spelled)}\n`;
}

const ruleOf = (name: FindingClass) => ({
  id: ruleId(name),
  name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  shortDescription: { text: RULES[name].short },
  fullDescription: { text: RULES[name].full },
  defaultConfiguration: { level: RULES[name].level },
});

/** A tenant that could not be judged has no finding to tell of it: it is told as what went wrong with the tool's run. */
function invocation({ run, tenants, breaker }: RunReport) {
  const errors = tenants.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  const stopped = breaker === null ? [] : breaker.tripped.map((text) => `breaker open: ${text}`);
  return {
    executionSuccessful: errors.length === 0,
    startTimeUtc: run.startedAt,
    endTimeUtc: run.finishedAt,
    toolExecutionNotifications: [
      ...errors.map((text) => ({ level: 'error', message: { text } })),
      ...stopped.map((text) => ({ level: 'warning', message: { text } })),
    ],
  };
}

function resultOf(finding: Finding, tenant: TenantReport, report: RunReport) {
  const { class: kind, resource, field, plane, excepted } = finding;
  const key = findingKey(finding);
  const name = [tenant.name, plane, resource, ...(field === null ? [] : [field])].join('/');
  const who = authorText(finding);
  const { want, have, from, risk, since, at, source, message } = finding;
  return {
    ruleId: ruleId(kind),
    ruleIndex: CLASSES.indexOf(kind),
    level: RULES[kind].level,
    message: { text: `${tenant.name}: ${kind} ${resource}${difference(finding)}. ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `tenants/${encodeURIComponent(tenant.name)}`, uriBaseId: 'RECORDS' },
        },
        logicalLocations: [{ fullyQualifiedName: name, name: field ?? resource, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'plumblineFinding/v1': `${tenant.name}/${key}` },
    baselineState: since < report.run.startedAt ? 'unchanged' : 'new',
    suppressions:
      excepted === null
        ? []
        : [{ kind: 'external', status: 'accepted', justification: `exception ${excepted}` }],
    properties: {
      ...{ tenant: tenant.name, plane, resource, field, want, have, from, risk, since, at, source },
      who,
      next: shortTime(nextFor(tenant, finding, report.run.mode).text),
    },
  };
}
