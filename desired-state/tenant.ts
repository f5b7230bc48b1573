/**
 * The record: what a person writes to say how one tenant's environment should be, and the value the program uses.
 * Two types at this edge: `WrittenTenant` is what stands in the file, `Tenant` has every default filled in.
 */
import { z } from 'zod';

export const API_VERSION = 'plumbline.dev/v1alpha1';

/** Names become parts of GCP resource names; service account ids (30 characters, `-deploy` appended) are the tightest. */
const tenantName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/,
    'use 1 to 20 lowercase letters, digits and dashes, starting with a letter',
  );

const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'use a DNS label: lowercase letters, digits and dashes, at most 63',
  );

const projectId = z
  .string()
  .regex(
    /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
    'use a Google Cloud project id: 6 to 30 lowercase letters, digits, dashes',
  );

const region = z.string().regex(/^[a-z]+-[a-z]+[0-9]$/, 'use a region, e.g. us-central1');

const cidr = z.cidrv4('use an IPv4 range in CIDR notation, e.g. 10.10.0.0/20');

const email = z.email('use an email address');

const quantity = z
  .string()
  .regex(
    /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/,
    'use a Kubernetes quantity as text, e.g. "250m" or "256Mi"',
  );

const labelKey = z
  .string()
  .regex(
    /^[a-z]([-_a-z0-9]{0,61}[a-z0-9])?$/,
    'use a lowercase key of at most 63 letters, digits, dashes, underscores',
  );
const labelValue = z
  .string()
  .regex(/^[-_a-z0-9]{0,63}$/, 'use at most 63 lowercase letters, digits, dashes, underscores');

const labels = z.record(labelKey, labelValue);

const taint = z.strictObject({
  key: z.string().min(1),
  value: z.string(),
  effect: z.enum(['NO_SCHEDULE', 'PREFER_NO_SCHEDULE', 'NO_EXECUTE']),
});

const nodePool = z
  .strictObject({
    name: dnsLabel.describe('Name of the pool; the list is keyed by it.'),
    machineType: z.string().min(1).describe('Compute Engine machine type, e.g. e2-standard-4.'),
    min: z.int().min(0).max(1000).describe('Fewest nodes the autoscaler keeps, per zone.'),
    max: z.int().min(1).max(1000).describe('Most nodes the autoscaler adds, per zone.'),
    diskSizeGb: z.int().min(10).max(65_536).default(100),
    accelerator: z.strictObject({ type: z.string().min(1), count: z.int().min(1).max(16) }).optional(),
    labels: z.record(z.string(), z.string()).default({}).describe('Kubernetes labels of the nodes.'),
    taints: z.array(taint).default([]),
  })
  .refine((pool) => pool.min <= pool.max, { message: 'min must not be above max', path: ['min'] });

const network = z.strictObject({
  subnet: z.strictObject({
    range: cidr.describe('Primary range of the subnet: nodes and internal load balancers.'),
    pods: cidr.describe('Secondary range for pods.'),
    services: cidr.describe('Secondary range for Kubernetes services.'),
  }),
  nat: z
    .strictObject({ minPortsPerVm: z.int().min(2).max(65_536).default(64) })
    .default({ minPortsPerVm: 64 }),
});

const cluster = z.strictObject({
  mode: z.literal('Standard').default('Standard'),
  releaseChannel: z.enum(['RAPID', 'REGULAR', 'STABLE']).default('REGULAR'),
  controlPlaneRange: cidr.describe('The /28 of the private control plane.'),
  nodePools: z.array(nodePool).min(1, 'at least one node pool').superRefine(uniqueBy('name')),
});

const environmentVariable = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and underscores'),
  value: z.string(),
});

const workload = z.strictObject({
  namespace: dnsLabel,
  name: dnsLabel,
  source: z.strictObject({
    repository: z
      .url('use the https URL of a git repository')
      .describe('Git repository holding a Dockerfile.'),
    revision: z.string().min(1).default('main').describe('Branch, tag or commit.'),
    folder: z
      .string()
      .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).*$/, 'use a path inside the repository, without ".."')
      .default('.'),
  }),
  port: z.int().min(1).max(65_535).default(8080).describe('Port the container listens on.'),
  env: z.array(environmentVariable).default([]).superRefine(uniqueBy('name')),
  resources: z
    .strictObject({ cpu: quantity.default('250m'), memory: quantity.default('256Mi') })
    .default({ cpu: '250m', memory: '256Mi' }),
  health: z
    .strictObject({ path: z.string().startsWith('/').default('/health') })
    .default({ path: '/health' }),
  autoscaling: z
    .strictObject({
      min: z.int().min(1).default(2),
      max: z.int().min(1).default(5),
      cpuUtilization: z.int().min(1).max(100).default(70),
    })
    .default({ min: 2, max: 5, cpuUtilization: 70 })
    .refine((hpa) => hpa.min <= hpa.max, { message: 'min must not be above max', path: ['min'] }),
});

export const tenantSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Tenant'),
  metadata: z.strictObject({ name: tenantName, labels: labels.default({}) }),
  spec: z.strictObject({
    owner: email.describe('Who may ask for a rebuild, a redeploy or a decommission.'),
    project: projectId.describe('The Google Cloud project that holds this tenant alone.'),
    region,
    network,
    cluster,
    build: z
      .strictObject({
        machineType: z.string().min(1).default('e2-standard-2'),
        diskSizeGb: z.int().min(100).max(4000).default(100),
      })
      .default({ machineType: 'e2-standard-2', diskSizeGb: 100 })
      .describe('The private worker pool that builds and deploys run in.'),
    workload,
  }),
});

/** A record as a person may write it: optional fields may be left out. */
export type WrittenTenant = z.input<typeof tenantSchema>;
/** A record as the program uses it: every default is filled in. */
export type Tenant = z.output<typeof tenantSchema>;
export type NodePool = Tenant['spec']['cluster']['nodePools'][number];
export type Workload = Tenant['spec']['workload'];

/** Lists of objects are keyed by `name`: two items with one name are a mistake, not a merge. */
function uniqueBy(key: 'name') {
  return (items: { name: string }[], context: z.core.$RefinementCtx<{ name: string }[]>): void => {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      if (seen.has(item.name)) {
        context.issues.push({
          code: 'custom',
          message: `the name "${item.name}" is used twice; names are the key of this list`,
          path: [index, key],
          input: item.name,
        });
      }
      seen.add(item.name);
    }
  };
}
