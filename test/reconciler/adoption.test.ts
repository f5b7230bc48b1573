/** An adoption from its directive to what the execution is told, over the real store. */
import { expect, it } from 'vitest';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';
import { expect as wantsOf } from '../../reconciler/expect.ts';
import type { Json } from '../../reconciler/model.ts';
import { adoptionDetail } from '../../reconciler/policy/adoption.ts';
import type { Ports } from '../../reconciler/ports.ts';
import { newFleet } from '../support/fleet.ts';
import { absent } from '../support/have.ts';
import { finding } from '../support/plans.ts';
import { tenant } from '../support/records.ts';

const wants = wantsOf(tenant(), null);
const NAT = 'nat/acme-nat';
const standing = wants.map(({ id }) => id).filter((id) => id !== NAT);

it('the first run is told what to take over, is launched in the adoption’s name, and counts as its use', async () => {
  const fleet = await newFleet();
  try {
    await fleet.apply('acme');
    const now = fleet.ports.clock.now();
    await fleet.store.issueDirective({
      name: 'acme',
      id: 'adoption-1',
      kind: 'adoption',
      actor: 'platform@acme.example',
      reason: 'moving in',
      detail: adoptionDetail({ tenant: 'acme', generation: 1, standing, accepted: [finding()] }),
      uses: 0,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + 3_600_000).toISOString(),
      endedAt: null,
      endedBy: null,
    });
    const told: Json[] = [];
    const { workflows } = fleet.ports;
    const ports: Ports = {
      ...fleet.ports,
      workflows: {
        ...workflows,
        execute: (request) => {
          told.push(request.argument);
          return workflows.execute(request);
        },
      },
    };
    const judged = await fleet.judged((seen) => new Map(seen).set(NAT, absent()));
    await fleet.launch(judged, { ports });

    const [{ terraform }] = told as unknown as [ExecutionArgument];
    expect(terraform.mayDestroy).toEqual([]);
    expect(terraform.imports.map(({ to }) => to)).toContain('module.network.google_compute_network.vpc');
    expect(terraform.imports.map(({ to }) => to)).not.toContain(
      'module.network.google_compute_router_nat.nat',
    );
    expect(terraform.imports).toHaveLength(wants.filter(({ plane }) => plane === 'gcp').length - 1);
    const [run] = await fleet.store.listExecutions('acme');
    expect(run?.because).toEqual([`missing:${NAT}`, 'adoption:adoption-1']);
    expect(await fleet.store.listDirectives(['acme'])).toMatchObject([{ id: 'adoption-1', uses: 1 }]);
  } finally {
    await fleet.close();
  }
});
