/** A fleet of a given size as the bodies its APIs would answer with, with one tenant in a hundred drifted. */
import { tenantSchema, type Tenant } from '../desired-state/tenant.ts';
import { expect } from '../reconciler/expect.ts';
import type { Want } from '../reconciler/model.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

export interface FleetTenant {
  readonly tenant: Tenant;
  readonly wants: readonly Want[];
  /** What an inventory and a cluster list answer for it, as JSON text. */
  readonly bodies: string;
}

export function fleet(size: number): FleetTenant[] {
  return Array.from({ length: size }, (_, n) => {
    const tenant = tenantOf(`t${n}`);
    const wants = expect(tenant, DIGEST);
    const bodies = wants.map((want) => ({ id: want.id, body: bodyOf(want, n % 100 === 0) }));
    return { tenant, wants, bodies: JSON.stringify(bodies) };
  });
}

function tenantOf(name: string): Tenant {
  return tenantSchema.parse({
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Tenant',
    metadata: { name },
    spec: {
      owner: 'owner@example.com',
      project: `${name}-project`,
      region: 'us-central1',
      network: { subnet: { range: '10.0.0.0/20', pods: '10.16.0.0/14', services: '10.32.0.0/20' } },
      cluster: {
        controlPlaneRange: '172.16.0.0/28',
        nodePools: [
          { name: 'cpu', machineType: 'e2-standard-4', min: 1, max: 3 },
          { name: 'gpu', machineType: 'g2-standard-8', min: 0, max: 2 },
        ],
      },
      workload: {
        namespace: 'app',
        name: 'web',
        source: { repository: 'https://source.example.com/hello.git' },
        env: [{ name: 'LOG_LEVEL', value: 'info' }],
      },
    },
  });
}

/** Flattened fields beside about a kilobyte of what nobody compares, as real bodies have it. */
function bodyOf(want: Want, drifted: boolean): object {
  const fields = Object.fromEntries(
    Object.entries(want.fields).map(([path, { want: value }]) => [path, value]),
  );
  if (drifted && want.kind === 'nat') fields['minPortsPerVm'] = 7;
  return {
    fields,
    selfLink: want.name,
    noise: Array.from({ length: 20 }, (_, i) => ({ key: `k${i}`, value: 'x'.repeat(24) })),
  };
}
