/** The first chapters: records are applied, everything is missing and gets built, and then there is nothing to do. */
import { join } from 'node:path';
import { formatLocated, readRecords } from '../../desired-state/files.ts';
import type { Tenant } from '../../desired-state/tenant.ts';
import { packageRoot } from '../../reconciler/local/paths.ts';
import type { DemoResult } from '../result.ts';
import { definitions, watch, type Stage } from '../stage.ts';
import { keys, mustHold, names, pass } from '../telling.ts';

const EXAMPLES = join(packageRoot(), 'desired-state', 'examples');

export async function applyRecords(stage: Stage): Promise<Tenant[]> {
  const step = 'apply the records';
  stage.progress.step('Three records are applied');
  const records = await readRecords([EXAMPLES]);
  const tenants: Tenant[] = [];
  for (const { record, problems } of records) {
    mustHold(step, record !== undefined, problems.map(formatLocated).join('; '));
    const { name } = record.tenant.metadata;
    const { stored, outcome } = await stage.ports.store.applyTenant({
      name,
      record: record.written,
      author: record.tenant.spec.owner,
      reason: 'the demo begins',
    });
    mustHold(
      step,
      outcome === 'created' && stored.generation === 1,
      `${name} was not created as generation 1`,
    );
    const revisions = await stage.ports.store.listRevisions(name);
    mustHold(step, revisions.length === 1, `${name} has ${revisions.length} revisions instead of one`);
    stage.progress.line(`${name}: generation 1, project ${record.tenant.spec.project}`);
    tenants.push(record.tenant);
  }
  return tenants;
}

export async function firstPass(stage: Stage, result: DemoResult): Promise<void> {
  const step = 'pass 1';
  stage.progress.step('Pass 1 finds everything missing and builds it');
  const report = await pass(stage, result, 'pass-1');
  mustHold(
    step,
    report.summary.verdicts.pending === 3,
    `verdicts are ${JSON.stringify(report.summary.verdicts)}`,
  );
  const classes = Object.keys(report.summary.findings);
  mustHold(step, classes.join() === 'missing', `findings are of class ${classes.join()}, not only missing`);
  mustHold(
    step,
    report.summary.launched === 3,
    `${report.summary.launched} executions were launched instead of 3`,
  );
  const shapes = await definitions(stage);
  mustHold(step, shapes.length === 1, `${shapes.length} workflow definitions were deployed instead of one`);
  stage.progress.line(`one definition for the three of them: ${shapes.join()}`);
  const ended = await watch(stage, names(report));
  for (const { tenant, status, error } of ended) {
    mustHold(
      step,
      status === 'DEPLOYED',
      `${tenant} ended as ${String(status)}: ${error ?? 'no error was recorded'}`,
    );
    const ledger = await stage.ports.store.getLedger(tenant);
    mustHold(
      step,
      ledger?.serviceEndpoint != null && ledger.imageDigest !== null,
      `${tenant} recorded no outputs`,
    );
  }
}

export async function secondPass(stage: Stage, result: DemoResult): Promise<void> {
  const step = 'pass 2';
  stage.progress.step('Pass 2 finds nothing to do');
  const before = await memory(stage, result);
  const report = await pass(stage, result, 'pass-2');
  mustHold(
    step,
    report.summary.verdicts['in-sync'] === 3,
    `verdicts are ${JSON.stringify(report.summary.verdicts)}: ${keys(report).join(', ')}`,
  );
  mustHold(step, report.summary.launched === 0, 'something was launched although nothing differs');
  mustHold(step, (await memory(stage, result)) === before, 'something besides the run row was written');
}

/** Everything the ledger remembers besides runs, as one text to compare. */
async function memory({ ports }: Stage, result: DemoResult): Promise<string> {
  const tenants = [
    ...new Set(result.passes.flatMap((seen) => seen.findings.map((finding) => finding.tenant))),
  ];
  const ledger = await ports.store.ledgerOf(tenants);
  const executions = await Promise.all(tenants.map((tenant) => ports.store.listExecutions(tenant)));
  return JSON.stringify([[...ledger.values()], executions, await ports.store.openFindings(tenants)]);
}
