/** Things happen behind Plumbline's back; it sees exactly those, heals what policy allows and holds the rest. */
import type { Tenant } from '../../desired-state/tenant.ts';
import { follow } from '../../reconciler/follow.ts';
import { healthChecks } from '../../reconciler/health.ts';
import { findingKey, type RunReport } from '../../reconciler/model.ts';
import { deleteNat, denyDeployments, editWorkload, makeEndpointIll, raisePool } from '../faults.ts';
import type { DemoResult } from '../result.ts';
import { watch, type Stage } from '../stage.ts';
import { mustHold, pass, projectOf, specOf } from '../telling.ts';

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
  const asked = await healthChecks(stage.ports, stage.platform, {});
  const names = asked.flatMap(({ tenant, intent }) => (intent === null ? [] : [tenant]));
  mustHold('health checks', names.length === 3, `${names.length} endpoints were asked instead of 3`);
  await follow(stage.ports, names, { everyMs: 100 });
  for (const [tenant, { health }] of await stage.ports.store.ledgerOf(names)) {
    stage.progress.line(`asked from inside its network, ${tenant} ${health?.reason ?? 'said nothing'}`);
  }
}

/** What pass 3 must report: exactly this, nothing else. */
const EXPECTED_DRIFT: Readonly<Record<string, readonly string[]>> = {
  acme: ['changed:node-pool/gpu:autoscaling.maxNodeCount', 'missing:nat/acme-nat'],
  globex: ['changed:deployment/web:containers[web].image', 'extra:deployment/web:containers[web].env[DEBUG]'],
  initech: ['unhealthy:endpoint/web:healthy', 'unreadable:deployment/web'],
};

export async function thirdPass(stage: Stage, result: DemoResult): Promise<RunReport> {
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
  const ended = await watch(stage, ['acme', 'globex']);
  for (const item of ended)
    mustHold(step, item.state === 'SUCCEEDED', `healing ${item.tenant} failed: ${item.error ?? ''}`);
  return report;
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

function sentence(finding: RunReport['tenants'][number]['findings'][number]): string {
  const what = `${finding.tenant} ${finding.class} ${finding.resource}${finding.field === null ? '' : ` ${finding.field}`}`;
  const values =
    finding.field === null
      ? finding.message
      : `want ${JSON.stringify(finding.want)}, have ${JSON.stringify(finding.have)}`;
  return `${what}: ${values}${finding.from === null ? '' : `  (${finding.from})`}`;
}
