/** An arbitrary over all valid records. Apart from the one valid record, because the generators alone take 90 MB. */
import fc from 'fast-check';
import type { Tenant } from '../../desired-state/tenant.ts';
import { tenant } from './records.ts';

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
