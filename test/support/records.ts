/** One valid record for tests, which each test disturbs in a line. */
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
