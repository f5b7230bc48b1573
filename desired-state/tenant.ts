/**
 * The record: what a person writes to say how one tenant's environment should be, and the value the program uses.
 * Two types at this edge: `WrittenTenant` is what stands in the file, `Tenant` has every default filled in.
 *
 * The schema says what each field may be by itself; what fields mean together stands in rules.ts, because zod skips
 * its refinements as soon as anything else is wrong, and a person should see all problems at once. Read records with
 * `parseTenant`, which does both.
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

/** No `z.url()`: that trims what was written and drops line breaks, so that the record would say something else. */
const repository = z
  .string()
  .regex(/^https:\/\/[!-[\]-~]+$/, {
    error: 'use the https URL of a git repository, in ASCII and without spaces',
    abort: true,
  })
  .refine((text) => URL.canParse(text), 'use the https URL of a git repository');

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
  key: z
    .string()
    .min(1)
    .describe('Key of the taint.')
    .meta({ examples: ['workload'] }),
  value: z
    .string()
    .describe('Value of the taint.')
    .meta({ examples: ['gpu'] }),
  effect: z
    .enum(['NO_SCHEDULE', 'PREFER_NO_SCHEDULE', 'NO_EXECUTE'])
    .describe('What happens to pods that do not tolerate the taint.'),
});

const nodePool = z.strictObject({
  name: dnsLabel.describe('Name of the pool; the list is keyed by it.').meta({ examples: ['cpu'] }),
  machineType: z
    .string()
    .min(1)
    .describe('Compute Engine machine type, e.g. e2-standard-4.')
    .meta({ examples: ['e2-standard-4'] }),
  min: z
    .int()
    .min(0)
    .max(1000)
    .describe('Fewest nodes the autoscaler keeps, per zone.')
    .meta({ examples: [1] }),
  max: z
    .int()
    .min(1)
    .max(1000)
    .describe('Most nodes the autoscaler adds, per zone.')
    .meta({ examples: [3] }),
  diskSizeGb: z.int().min(10).max(65_536).default(100).describe('Boot disk of each node, in GB.'),
  accelerator: z
    .strictObject({
      type: z
        .string()
        .min(1)
        .describe('Accelerator type, e.g. nvidia-l4.')
        .meta({ examples: ['nvidia-l4'] }),
      count: z
        .int()
        .min(1)
        .max(16)
        .describe('Accelerators per node.')
        .meta({ examples: [1] }),
    })
    .optional()
    .describe('GPUs of each node; left out: none.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Kubernetes labels of the nodes.'),
  taints: z.array(taint).default([]).describe('Kubernetes taints of the nodes.'),
});

const network = z.strictObject({
  subnet: z
    .strictObject({
      range: cidr
        .describe('Primary range of the subnet: nodes and internal load balancers.')
        .meta({ examples: ['10.10.0.0/20'] }),
      pods: cidr.describe('Secondary range for pods.').meta({ examples: ['10.74.0.0/16'] }),
      services: cidr
        .describe('Secondary range for Kubernetes services.')
        .meta({ examples: ['10.10.32.0/20'] }),
    })
    .describe("The cluster's subnet; its ranges must not overlap."),
  nat: z
    .strictObject({
      minPortsPerVm: z
        .int()
        .min(2)
        .max(65_536)
        .default(64)
        .describe('Ports Cloud NAT keeps for each node: one per open connection to the internet.'),
    })
    .default({ minPortsPerVm: 64 })
    .describe('Cloud NAT: how private nodes reach the internet.'),
});

const cluster = z.strictObject({
  mode: z.literal('Standard').default('Standard').describe('Kind of GKE cluster.'),
  releaseChannel: z
    .enum(['RAPID', 'REGULAR', 'STABLE'])
    .default('REGULAR')
    .describe('How early GKE upgrades the cluster.'),
  controlPlaneRange: cidr
    .describe('The /28 of the private control plane.')
    .meta({ examples: ['172.16.10.0/28'] }),
  nodePools: z.array(nodePool).min(1).describe('Node pools, keyed by name; at least one.'),
});

const environmentVariable = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and underscores')
    .describe('Name of the variable; the list is keyed by it.')
    .meta({ examples: ['LOG_LEVEL'] }),
  value: z
    .string()
    .describe('Value, as text: put numbers in quotes. Never a secret.')
    .meta({ examples: ['info'] }),
});

const workload = z.strictObject({
  namespace: dnsLabel
    .describe('Kubernetes namespace; Plumbline creates it first.')
    .meta({ examples: ['acme-app'] }),
  name: dnsLabel
    .describe('Name of the Deployment, the Service, the autoscaler and the image.')
    .meta({ examples: ['web'] }),
  source: z
    .strictObject({
      repository: repository
        .describe('Git repository holding a Dockerfile.')
        .meta({ examples: ['https://source.example.com/hello.git'] }),
      // Cloud Build substitutes "$" wherever it stands in a build, so it must not stand in either of these two.
      revision: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._/-]*$/,
          'use a branch, tag or commit: letters, digits, ".", "_", "/" and "-"',
        )
        .default('main')
        .describe('Branch, tag or commit.'),
      folder: z
        .string()
        .regex(
          /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[A-Za-z0-9._/-]+$/,
          'use a path inside the repository, without "..": letters, digits, ".", "_", "/" and "-"',
        )
        .default('.')
        .describe('Folder of the Dockerfile.'),
    })
    .describe('What the image is built from.'),
  port: z.int().min(1).max(65_535).default(8080).describe('Port the container listens on.'),
  env: z.array(environmentVariable).default([]).describe('Environment of the container, keyed by name.'),
  resources: z
    .strictObject({
      cpu: quantity.default('250m').describe('CPU each replica gets, e.g. 250m.'),
      memory: quantity.default('256Mi').describe('Memory each replica gets, e.g. 256Mi.'),
    })
    .default({ cpu: '250m', memory: '256Mi' })
    .describe('Requests and limits of the container.'),
  health: z
    .strictObject({
      path: z
        .string()
        .startsWith('/', 'start it with "/"')
        .default('/health')
        .describe('Path that answers 200 when all is well.'),
    })
    .default({ path: '/health' })
    .describe('How Plumbline asks whether the workload is healthy.'),
  autoscaling: z
    .strictObject({
      min: z.int().min(1).default(2).describe('Fewest replicas.'),
      max: z.int().min(1).default(5).describe('Most replicas.'),
      cpuUtilization: z.int().min(1).max(100).default(70).describe('Wanted CPU use, percent of the request.'),
    })
    .default({ min: 2, max: 5, cpuUtilization: 70 })
    .describe('Horizontal pod autoscaling.'),
});

export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** What is done to a tenant, as far as windows tell it apart. */
export const PURPOSES = ['heal', 'upgrade', 'decommission'] as const;

const purposes = z
  .array(z.enum(PURPOSES))
  .min(1)
  .default([...PURPOSES]);

const day = z.iso.date('use a date, e.g. 2026-12-24');

const maintenance = z.strictObject({
  timeZone: z
    .string()
    .min(1)
    .describe('IANA time zone of days, times and dates here, e.g. Europe/Berlin.')
    .meta({ examples: ['Europe/Berlin'] }),
  windows: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(DAYS))
          .min(1)
          .describe('Days on which it opens.')
          .meta({ examples: [['Mon', 'Tue', 'Wed', 'Thu']] }),
        start: z
          .string()
          .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'use a time of day, e.g. "22:00"')
          .describe('When it opens, by the clock of the time zone, e.g. "22:00".')
          .meta({ examples: ['22:00'] }),
        duration: z
          .string()
          .regex(/^[1-9][0-9]{0,4}[mh]$/, 'use minutes or hours, e.g. 90m or 4h')
          .describe('How long it stays open, from 30m to 168h; it may run past midnight.')
          .meta({ examples: ['4h'] }),
        for: purposes.describe(
          'What may be done in it: heal puts drift right, upgrade applies a changed record, decommission removes the tenant.',
        ),
      }),
    )
    .default([])
    .describe('When actions may start. What no window is for may start at any time.'),
  exclusions: z
    .array(
      z.strictObject({
        from: day.describe('First day without actions.').meta({ examples: ['2026-12-23'] }),
        until: day.describe('Last day without actions.').meta({ examples: ['2027-01-02'] }),
        for: purposes.describe('What may not be done on these days.'),
        reason: z.string().default('').describe('Why, for whoever waits.'),
      }),
    )
    .default([])
    .describe('Days on which no action starts, whatever the windows say.'),
  overrun: z
    .enum(['avoid', 'finish'])
    .default('avoid')
    .describe(
      'avoid: start nothing that may not end before the window closes; finish: start until it closes, and let it end.',
    ),
});

const metadata = z.strictObject({
  name: tenantName
    .describe('Name of the tenant: the key of the record and a part of its resource names.')
    .meta({ examples: ['acme'] }),
  labels: labels.default({}).describe('Labels for selecting tenants; also put on their cloud resources.'),
});

const build = z.strictObject({
  machineType: z.string().min(1).default('e2-standard-2').describe('Machine type of the build workers.'),
  diskSizeGb: z.int().min(100).max(4000).default(100).describe('Disk of the build workers, in GB.'),
});

const spec = z.strictObject({
  owner: email
    .describe('Who may ask for a rebuild, a redeploy or a decommission, and approve plans.')
    .meta({ examples: ['platform@acme.example'] }),
  project: projectId
    .describe('The Google Cloud project that holds this tenant alone.')
    .meta({ examples: ['acme-prod-1'] }),
  region: region
    .describe('Google Cloud region of everything, e.g. us-central1.')
    .meta({ examples: ['us-central1'] }),
  network: network.describe('The VPC of the tenant.'),
  cluster: cluster.describe('The private GKE cluster.'),
  build: build
    .default({ machineType: 'e2-standard-2', diskSizeGb: 100 })
    .describe('The private worker pool that builds and deploys run in.'),
  workload: workload.describe('What runs in the cluster.'),
  maintenance: maintenance
    .optional()
    .describe('When the environment may be changed; left out: at any time. Looking goes on all the time.'),
});

export const tenantSchema = z
  .strictObject({
    apiVersion: z.literal(API_VERSION).describe('Version of this format.'),
    kind: z.literal('Tenant').describe('Kind of record.'),
    metadata: metadata.describe('What the tenant is called.'),
    spec: spec.describe('How its environment should be.'),
  })
  .describe('One tenant environment as it should be.');

/** A record as a person may write it: optional fields may be left out. */
export type WrittenTenant = z.input<typeof tenantSchema>;
/** A record as the program uses it: every default is filled in. */
export type Tenant = z.output<typeof tenantSchema>;
export type Maintenance = NonNullable<Tenant['spec']['maintenance']>;
/** What is done to a tenant: drift is put right, a changed record is applied, the tenant is removed. */
export type Purpose = (typeof PURPOSES)[number];
export type NodePool = Tenant['spec']['cluster']['nodePools'][number];
