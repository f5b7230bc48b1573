/** Texts that break documents, and reports that hold them wherever text from outside can stand. */
import fc from 'fast-check';
import type { FleetReport } from '../../../reconciler/fleet-model.ts';
import type { RunReport, TenantReport } from '../../../reconciler/model.ts';

/** Each has broken a page, a table or a parser somewhere before. */
export const HOSTILE_TEXTS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><svg onload=alert(1)>',
  '</script><script>alert(1)</script>',
  '</title><!--',
  '`onload=alert(1)',
  '``` | --- |',
  '&lt;b&gt;',
  ']]><![CDATA[x]]>',
  '--><!--',
  '${7*7}',
  '[x](javascript:alert(1))',
  '![x](https://x.example/y.png)',
  '# x',
  '- [ ] x',
  '1. x',
  '@somebody #1 https://x.example www.x.example',
  'a | b',
  '$(reboot)',
  "'; reboot; '",
  '\u001b[2J\u202e',
] as const;

/** Those, mixed with whatever fast-check thinks of. */
export const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** The report with every free text in it replaced; enumerated values stay what they are. */
export const withTexts = (report: RunReport, text: string): RunReport => ({
  ...report,
  run: { ...report.run, id: text, startedAt: text, finishedAt: text },
  summary: { ...report.summary, oldestObservation: text, calls: { [text]: 1 } },
  breaker: report.breaker && { ...report.breaker, tripped: [text], cause: text },
  fleet: fleetWithTexts(report.fleet, text),
  tenants: report.tenants.map((tenant) => tenantWithTexts(tenant, text)),
});

const fleetWithTexts = (fleet: FleetReport, text: string): FleetReport => ({
  ...fleet,
  overrides: fleet.overrides.map((each) => ({ ...each, id: text, actor: text, reason: text, until: text })),
  outbox: { count: 1, since: text, lastError: text },
  unguarded: fleet.unguarded.map(() => ({ threshold: text, reason: text })),
  rollouts: fleet.rollouts.map((each) => ({
    ...each,
    ...{ name: text, field: text, value: text, author: text, message: text },
  })),
});

const tenantWithTexts = (tenant: TenantReport, text: string): TenantReport => ({
  ...tenant,
  name: text,
  labels: { [text]: text },
  error: tenant.error === null ? null : text,
  health: tenant.health && { ...tenant.health, healthy: false, reason: text, url: text, checkedAt: text },
  paused: tenant.paused && { by: text, reason: text, since: text, until: text },
  breakGlass: tenant.breakGlass && { by: text, reason: text, since: text, until: text },
  staleSince: tenant.staleSince === null ? null : text,
  planHash: tenant.planHash === null ? null : text,
  coverage: tenant.coverage && {
    ...tenant.coverage,
    unexplained: tenant.coverage.unexplained.map(() => ({ name: text, assetType: text })),
  },
  findings: tenant.findings.map((finding) => ({
    ...finding,
    tenant: text,
    resource: text,
    kind: text,
    field: finding.field === null ? null : text,
    want: finding.want === null ? null : { [text]: text },
    have: finding.have === null ? null : text,
    from: finding.from === null ? null : text,
    message: text,
    source: text,
    at: text,
    since: `${text} `,
    lastClean: finding.lastClean === null ? null : text,
    excepted: finding.excepted === null ? null : text,
    contested: finding.contested && { ...finding.contested, opponent: text },
    attribution:
      finding.attribution &&
      (finding.attribution.found
        ? { ...finding.attribution, who: text, when: text, how: text }
        : { ...finding.attribution, reason: text }),
  })),
  actions: tenant.actions.map((action) => ({ ...action, because: [], summary: text, execution: text })),
  held: tenant.held.map((held) => ({ ...held, because: [], message: text, next: null })),
});
