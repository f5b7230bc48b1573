/** The story of the demo, one function per chapter. Each says what must hold and stops the story where it does not. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatLocated, readRecords } from '../desired-state/files.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { findingKey, type RunReport } from '../reconciler/model.ts';
import { healthChecks } from '../reconciler/health.ts';
import { renderHtml } from '../reconciler/report/html.ts';
import { renderJson } from '../reconciler/report/json.ts';
import { renderText } from '../reconciler/report/text.ts';
import { requestFlow } from '../reconciler/request.ts';
import { deleteNat, denyDeployments, editWorkload, makeEndpointIll, raisePool } from './faults.ts';
import { StoryBroken, type DemoResult, type PassResult } from './result.ts';
import { buildTags, definitions, leftOf, runPass, watch, type Stage } from './stage.ts';

const EXAMPLES = join(import.meta.dirname, '..', 'desired-state', 'examples');
const OWNER_OF_ACME = 'platform@acme.example';

/** Throws StoryBroken, naming the chapter, as soon as something does not hold. */
function mustHold(step: string, holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new StoryBroken(step, otherwise);
}

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
      outcome === 'created' && stored?.generation === 1,
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
  const { ended } = await watch(stage, names(report));
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

export async function orderFaults(stage: Stage, tenants: readonly Tenant[]): Promise<void> {
  stage.progress.step('Things happen behind Plumbline’s back');
  const { endpoints, info, tools } = stage.local;
  const context = { info, endpoints, kubectl: tools.kubectl, folder: stage.folder };
  const [acme, globex, initech] = tenants.map((tenant) => tenant.metadata.name);
  mustHold(
    'faults',
    acme === 'acme' && globex === 'globex' && initech === 'initech',
    'the examples are not the three expected',
  );
  await deleteNat(context, 'acme', projectOf(tenants, 'acme'));
  await raisePool(context, {
    tenant: 'acme',
    project: projectOf(tenants, 'acme'),
    name: 'gpu',
    min: 0,
    max: 8,
  });
  stage.progress.line('acme: the NAT is deleted, the gpu pool’s max is raised to 8');
  await editWorkload(context, {
    cluster: `projects/${projectOf(tenants, 'globex')}/locations/us-central1/clusters/globex`,
    namespace: specOf(tenants, 'globex').workload.namespace,
  });
  stage.progress.line('globex: somebody adds DEBUG to the container and changes its image');
  await makeEndpointIll(context, projectOf(tenants, 'initech'));
  await denyDeployments(context, projectOf(tenants, 'initech'));
  stage.progress.line('initech: the endpoint answers 500, the cluster refuses to list Deployments');
}

/** The health schedule comes round: every endpoint is asked from inside its own network. */
export async function checkHealth(stage: Stage): Promise<void> {
  const result = await runHealth(stage);
  mustHold('health checks', result.length === 3, `${result.length} health checks ran instead of 3`);
}

async function runHealth(stage: Stage): Promise<string[]> {
  const launched = await healthChecks(stage.ports, stage.platform, {});
  await watch(
    stage,
    launched.map(({ tenant }) => tenant),
  );
  return launched.map(({ tenant }) => tenant);
}

/** What pass 3 must report: exactly this, nothing else. */
const EXPECTED_DRIFT: Readonly<Record<string, readonly string[]>> = {
  acme: ['changed:node-pool/gpu:autoscaling.maxNodeCount', 'missing:nat/acme-nat'],
  globex: ['changed:deployment/web:containers[web].image', 'extra:deployment/web:containers[web].env[DEBUG]'],
  initech: ['unhealthy:endpoint/web:healthy', 'unreadable:deployment/web'],
};

export async function thirdPass(stage: Stage, result: DemoResult): Promise<void> {
  const step = 'pass 3';
  stage.progress.step('Pass 3 reports exactly that, heals what policy allows and holds the rest');
  const report = await pass(stage, result, 'pass-3');
  for (const tenant of report.tenants) {
    const found = tenant.findings.map(findingKey).sort();
    const expected = EXPECTED_DRIFT[tenant.name] ?? [];
    mustHold(
      step,
      found.join() === expected.join(),
      `${tenant.name} has [${found.join(', ')}] instead of [${expected.join(', ')}]`,
    );
    for (const finding of tenant.findings) stage.progress.line(sentence(finding));
    for (const held of tenant.held) stage.progress.line(`  held (${held.reason}): ${held.message}`);
  }
  mustHold(
    step,
    report.summary.launched === 2,
    `${report.summary.launched} executions were launched instead of 2`,
  );
  const { ended } = await watch(stage, ['acme', 'globex']);
  for (const item of ended)
    mustHold(step, item.state === 'SUCCEEDED', `healing ${item.tenant} failed: ${item.error ?? ''}`);
}

export async function fourthPass(stage: Stage, result: DemoResult): Promise<void> {
  const step = 'pass 4';
  stage.progress.step('Pass 4 sees the healed tenants in sync');
  const report = await pass(stage, result, 'pass-4');
  const left = new Map(report.tenants.map((tenant) => [tenant.name, tenant]));
  mustHold(step, left.get('acme')?.verdict === 'in-sync', `acme is ${left.get('acme')?.verdict ?? 'gone'}`);
  const globex = left.get('globex')?.findings.map(findingKey) ?? [];
  mustHold(
    step,
    globex.join() === 'extra:deployment/web:containers[web].env[DEBUG]',
    `globex has [${globex.join()}]`,
  );
  mustHold(
    step,
    left.get('initech')?.verdict === 'unreadable',
    `initech is ${left.get('initech')?.verdict ?? 'gone'}`,
  );
  mustHold(
    step,
    report.summary.launched === 0,
    'something was launched although only held findings are left',
  );
}

export async function rebuild(stage: Stage, result: DemoResult): Promise<void> {
  const step = 'rebuild';
  stage.progress.step('The owner asks for a rebuild; somebody else does too');
  const { ports, platform } = stage;
  const before = await ports.store.getLedger('acme');
  const ask = (requester: string) =>
    requestFlow(ports, platform, {
      id: randomUUID(),
      tenant: 'acme',
      kind: 'rebuild',
      requester,
      reason: 'a new base image',
    });

  const other = await ask('stranger@elsewhere.example');
  mustHold(step, !other.accepted, 'a stranger’s request was accepted');
  result.rebuild.other = other.reason;
  stage.progress.line(`refused: ${other.reason}`);
  mustHold(
    step,
    (await ports.store.listActive('acme')).length === 0,
    'the refused request started something',
  );
  const refusal = (await ports.store.listRequests('acme')).find((request) => request.state === 'REFUSED');
  mustHold(step, refusal?.reason === other.reason, 'the refusal was not recorded');

  const owner = await ask(OWNER_OF_ACME);
  mustHold(step, owner.accepted, owner.accepted ? '' : `the owner was refused: ${owner.reason}`);
  await watch(stage, ['acme']);
  const after = await ports.store.getLedger('acme');
  result.rebuild.owner = after?.status ?? 'unknown';
  mustHold(
    step,
    after?.status === 'REDEPLOYED',
    `acme ended as ${String(after?.status)}: ${after?.lastError ?? ''}`,
  );
  mustHold(step, after.imageDigest !== before?.imageDigest, 'the rebuild gave the same image digest');
  const terraform = (await buildTags(stage)).filter(
    (tag) => tag.startsWith(owner.intent) && tag.includes('terraform'),
  );
  mustHold(step, terraform.length === 0, 'the rebuild ran Terraform');
  stage.progress.line(`new image ${after.imageDigest?.slice(0, 19) ?? ''}…, Terraform was not run`);
}

export async function decommission(
  stage: Stage,
  result: DemoResult,
  tenants: readonly Tenant[],
): Promise<void> {
  const step = 'decommission';
  stage.progress.step('globex is decommissioned');
  const asked = await requestFlow(stage.ports, stage.platform, {
    id: randomUUID(),
    tenant: 'globex',
    kind: 'decommission',
    requester: 'platform@globex.example',
    reason: 'the contract ended',
    confirm: 'globex',
  });
  mustHold(step, asked.accepted, asked.accepted ? '' : `refused: ${asked.reason}`);
  await watch(stage, ['globex']);
  const ledger = await stage.ports.store.getLedger('globex');
  result.decommission.status = ledger?.status ?? 'unknown';
  mustHold(
    step,
    ledger?.status === 'DECOMMISSIONED',
    `globex ended as ${String(ledger?.status)}: ${ledger?.lastError ?? ''}`,
  );
  result.decommission.left = await leftOf(stage, 'globex', projectOf(tenants, 'globex'));
  mustHold(
    step,
    result.decommission.left.length === 0,
    `left in the cloud: ${result.decommission.left.join(', ')}`,
  );
  mustHold(step, ledger.kubeconfigRef === null, 'the kubeconfig reference is still recorded');
  stage.progress.line('nothing of it is left in the cloud');
}

/** A last look, without acting, and the report of it. */
export async function writeReport(stage: Stage, result: DemoResult, folder: string): Promise<RunReport> {
  stage.progress.step('The drift report is written');
  const report = await runPass(stage, 'report', { dryRun: true });
  mkdirSync(folder, { recursive: true });
  result.report = { json: join(folder, 'report.json'), html: join(folder, 'report.html') };
  writeFileSync(result.report.json, renderJson(report));
  writeFileSync(result.report.html, renderHtml(report));
  writeFileSync(join(folder, 'report.txt'), renderText(report));
  return report;
}

async function pass(stage: Stage, result: DemoResult, runId: string): Promise<RunReport> {
  const report = await runPass(stage, runId);
  const seen: PassResult = {
    verdicts: report.summary.verdicts,
    findings: report.tenants.flatMap((tenant) => tenant.findings),
    launched: report.summary.launched,
    held: report.summary.held,
  };
  result.passes.push(seen);
  const verdicts = Object.entries(seen.verdicts).map(([verdict, n]) => `${n} ${verdict}`);
  stage.progress.line(
    `${verdicts.join(', ')}; ${seen.findings.length} findings, ${seen.launched} launched, ${seen.held} held`,
  );
  return report;
}

const names = (report: RunReport): string[] => report.tenants.map((tenant) => tenant.name);
const keys = (report: RunReport): string[] =>
  report.tenants.flatMap((tenant) =>
    tenant.findings.map((finding) => `${tenant.name} ${findingKey(finding)}`),
  );

const specOf = (tenants: readonly Tenant[], name: string): Tenant['spec'] => {
  const found = tenants.find((tenant) => tenant.metadata.name === name);
  if (!found) throw new StoryBroken('examples', `there is no example record ${name}`);
  return found.spec;
};
const projectOf = (tenants: readonly Tenant[], name: string): string => specOf(tenants, name).project;

function sentence(finding: RunReport['tenants'][number]['findings'][number]): string {
  const what = `${finding.tenant} ${finding.class} ${finding.resource}${finding.field === null ? '' : ` ${finding.field}`}`;
  const values =
    finding.field === null
      ? finding.message
      : `want ${JSON.stringify(finding.want)}, have ${JSON.stringify(finding.have)}`;
  return `${what}: ${values}${finding.from === null ? '' : `  (${finding.from})`}`;
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
