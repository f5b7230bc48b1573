/** What a number at the end of a command means. This table is a promise: codes are added, never given another meaning. */
import type { FindingClass, RunReport, TenantReport } from '../model.ts';
import { isUnmade } from '../report/words.ts';

export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  interrupted: 130,
} as const;

/** `plumb diff`, as `kubectl diff`: 1 is "they differ", errors are above it. */
export const DIFF_EXIT = { same: 0, differs: 1, error: 2 } as const;

interface DetailedCode {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
  readonly applies: (report: RunReport) => boolean;
}

/** What is known and accepted is counted in the report, and raises no alarm; what was never made has not drifted. */
const has = (report: RunReport, ...classes: readonly FindingClass[]): boolean =>
  classes.some((name) => (report.summary.findings[name] ?? 0) > withoutAlarm(report, name));

const withoutAlarm = ({ tenants }: RunReport, name: FindingClass): number =>
  tenants.reduce((sum, tenant) => {
    const quiet = tenant.findings.filter(
      (each) => each.class === name && (each.excepted !== null || isUnmade(tenant, each)),
    );
    return sum + quiet.length;
  }, 0);

/** The pass wanted to act and could not; the next one tries again. */
export const launchFailed = ({ tenants }: RunReport): boolean =>
  tenants.some(({ held }) => held.some(({ reason }) => reason === 'retry-later'));

/** It could not be judged, or not be held in memory: set aside with its reason, while everybody else was served. */
const isSetAside = ({ error, verdict }: TenantReport): boolean =>
  verdict === 'invalid' || (verdict === 'unreadable' && error !== null);

/** Worst first: the first row that applies is the exit code of `--detailed-exitcode`. */
export const DETAILED: readonly DetailedCode[] = [
  {
    code: 8,
    name: 'breaker',
    meaning: 'the breaker is open: so much is wrong at once that nothing is launched',
    applies: ({ breaker }) => breaker !== null,
  },
  {
    code: 1,
    name: 'error',
    meaning: 'the command, a launch or the last run of a tenant failed',
    applies: (report) =>
      launchFailed(report) || report.tenants.some((tenant) => tenant.error !== null && !isSetAside(tenant)),
  },
  {
    code: 7,
    name: 'partial',
    meaning: 'tenants were set aside or not got to; the others were judged',
    applies: ({ tenants, summary }) =>
      (summary.verdicts.invalid ?? 0) > 0 ||
      tenants.some((tenant) => isSetAside(tenant) || tenant.staleSince !== null),
  },
  {
    code: 5,
    name: 'unreadable',
    meaning: 'something could not be read, so nobody knows',
    applies: (report) => has(report, 'unreadable'),
  },
  {
    code: 4,
    name: 'unhealthy',
    meaning: 'an endpoint does not answer as it should',
    applies: (report) => has(report, 'unhealthy'),
  },
  {
    code: 6,
    name: 'blocked',
    meaning: 'a difference is held: policy, approval or window',
    applies: ({ summary }) => summary.held > 0,
  },
  {
    code: 2,
    name: 'drift',
    meaning: 'what is there differs from what was applied',
    applies: (report) => has(report, 'missing', 'changed', 'extra'),
  },
  {
    code: 3,
    name: 'pending',
    meaning: 'a record is newer than what was applied, or work is under way',
    applies: (report) =>
      has(report, 'pending') ||
      (report.summary.verdicts.pending ?? 0) > 0 ||
      (report.summary.verdicts['in-progress'] ?? 0) > 0,
  },
];

export const detailedCode = (report: RunReport): number =>
  DETAILED.find(({ applies }) => applies(report))?.code ?? EXIT.ok;

/** For the help text. */
export const detailedHelp = (): string =>
  [
    'Exit codes with --detailed-exitcode (the worst one that applies, in this order):',
    ...DETAILED.map(({ code, name, meaning }) => `  ${code}  ${name.padEnd(11)} ${meaning}`),
    '  0  in sync     nothing to report',
  ].join('\n');
