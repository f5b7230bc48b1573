/** Records for tests: one valid world that each test disturbs in a line, and an arbitrary over all valid records. */
import fc from 'fast-check';
import { tenantSchema, type Tenant, type WrittenTenant } from '../../desired-state/tenant.ts';

/** A whole valid record; `change` edits the written form before it is parsed. */
export function tenant(name = 'acme', change: (written: WrittenTenant) => void = () => undefined): Tenant {
  const written: WrittenTenant = {
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Tenant',
    metadata: { name, labels: { tier: 'gold' } },
    spec: {
      owner: `platform@${name}.example`,
      project: `${name}-prod-1`,
      region: 'us-central1',
      network: {
        subnet: { range: '10.10.0.0/20', pods: '10.20.0.0/16', services: '10.30.0.0/20' },
        nat: { minPortsPerVm: 128 },
      },
      cluster: {
        controlPlaneRange: '172.16.0.0/28',
        nodePools: [
          { name: 'cpu', machineType: 'e2-standard-4', min: 1, max: 3 },
          {
            name: 'gpu',
            machineType: 'g2-standard-8',
            min: 0,
            max: 2,
            accelerator: { type: 'nvidia-l4', count: 1 },
            labels: { pool: 'gpu' },
            taints: [{ key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' }],
          },
        ],
      },
      workload: {
        namespace: `${name}-app`,
        name: 'web',
        source: { repository: 'https://source.example.com/hello.git' },
        env: [{ name: 'LOG_LEVEL', value: 'info' }],
      },
    },
  };
  change(written);
  return tenantSchema.parse(written);
}

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);

const pool = fc
  .record({
    name: label,
    machineType: fc.constantFrom('e2-standard-2', 'e2-standard-4', 'n2-standard-8'),
    min: fc.integer({ min: 0, max: 5 }),
    max: fc.integer({ min: 5, max: 20 }),
    diskSizeGb: fc.integer({ min: 10, max: 500 }),
    labels: fc.dictionary(label, label, { maxKeys: 2 }),
  })
  .map((written) => written);

/** Any valid record of the private-gke system, text fields included that a person would not dare to write. */
export const anyTenant: fc.Arbitrary<Tenant> = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9]{2,10}$/),
    pools: fc.uniqueArray(pool, { minLength: 1, maxLength: 3, selector: (p) => p.name }),
    env: fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[A-Z][A-Z_]{0,12}$/), value: fc.string({ unit: 'binary' }) }),
      { maxLength: 4, selector: (e) => e.name },
    ),
    ports: fc.integer({ min: 2, max: 65_536 }),
    third: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ name, pools, env, ports, third }) =>
    tenant(name, (written) => {
      written.spec.cluster.nodePools = pools;
      written.spec.workload.env = env;
      written.spec.network.nat = { minPortsPerVm: ports };
      written.spec.network.subnet.range = `10.${third}.0.0/20`;
    }),
  );
