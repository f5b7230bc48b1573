/** What people ask for: the owner's rebuild, a stranger's, and the end of a tenant. */
import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../desired-state/tenant.ts';
import { requestFlow } from '../../reconciler/request.ts';
import type { DemoResult } from '../result.ts';
import { buildTags, leftOf, watch, type Stage } from '../stage.ts';
import { mustHold, projectOf } from '../telling.ts';

const OWNER_OF_ACME = 'platform@acme.example';

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
