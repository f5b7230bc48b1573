/** Asset types: which API describes each, and what its resources hang below. */
import { RE2JS } from 're2js';
import { invalid } from '../core/body.ts';
import { projectNumber } from '../core/projects.ts';
import type { Resource } from '../core/store.ts';

/** Names as in cloud.google.com/asset-inventory/docs/asset-types, by service. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  artifactregistry: ['DockerImage', 'Repository'],
  bigquery: ['Dataset', 'Table'],
  cloudbuild: ['Build', 'BuildTrigger', 'WorkerPool'],
  cloudscheduler: ['Job'],
  cloudresourcemanager: ['Folder', 'Organization', 'Project'],
  compute: [
    ...[
      'Address',
      'BackendService',
      'Disk',
      'Firewall',
      'ForwardingRule',
      'GlobalAddress',
      'GlobalForwardingRule',
    ],
    ...['HealthCheck', 'Instance', 'InstanceGroup', 'InstanceGroupManager', 'InstanceTemplate', 'Network'],
    ...['NetworkEndpointGroup', 'RegionBackendService', 'Route', 'Router', 'SecurityPolicy', 'Snapshot'],
    ...['Subnetwork', 'UrlMap', 'VpnTunnel'],
  ],
  container: ['Cluster', 'NodePool'],
  firestore: ['Database'],
  gkehub: ['Membership'],
  iam: ['Role', 'ServiceAccount', 'ServiceAccountKey'],
  pubsub: ['Subscription', 'Topic'],
  run: ['Execution', 'Job', 'Revision', 'Service'],
  secretmanager: ['Secret', 'SecretVersion'],
  serviceusage: ['Service'],
  spanner: ['Database', 'Instance'],
  sqladmin: ['Instance'],
  storage: ['Bucket'],
  workflows: ['Workflow'],
};

const KNOWN = Object.entries(TYPES).flatMap(([service, kinds]) =>
  kinds.map((kind) => `${service}.googleapis.com/${kind}`),
);

/** The API version behind each service's resources where it is not v1. */
const VERSIONS: Readonly<Record<string, string>> = {
  run: 'v2',
  sqladmin: 'v1beta4',
  bigquery: 'v2',
  cloudresourcemanager: 'v3',
};

/**
 * A predicate for the `assetTypes` of a request: exact names or RE2 patterns over the whole name; none means every
 * type Asset Inventory has, which is not every type there is. Throws INVALID_ARGUMENT for one that no type could match, as the service does.
 */
export function typeFilter(asked: readonly string[]): (assetType: string) => boolean {
  if (asked.length === 0) return (assetType) => KNOWN.includes(assetType);
  const patterns = asked.map((text) => {
    const pattern = compiled(text);
    if (!KNOWN.some((known) => pattern.matches(known)))
      throw invalid(`No supported asset type matches "${text}".`);
    return pattern;
  });
  return (assetType) => patterns.some((pattern) => pattern.matches(assetType));
}

function compiled(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch {
    throw invalid(`assetTypes: "${text}" is neither an asset type nor an RE2 pattern.`);
  }
}

export interface Discovery {
  readonly version: string;
  readonly discoveryDocumentUri: string;
  readonly discoveryName: string;
}

export function discoveryOf(assetType: string): Discovery {
  const [host = '', discoveryName = ''] = assetType.split('/');
  const service = host.replace('.googleapis.com', '');
  const version = VERSIONS[service] ?? 'v1';
  const discoveryDocumentUri = `https://${host}/$discovery/rest?version=${version}`;
  return { version, discoveryDocumentUri, discoveryName };
}

/** Kinds that stand below another resource: how many path segments up their parent is. */
const BELOW = new Set(['NodePool', 'SecretVersion', 'DockerImage', 'Execution']);

/** Full name of the resource it hangs below: another one, or its project. */
export function parentOf(resource: Resource): string {
  const { discoveryName } = discoveryOf(resource.assetType);
  if (BELOW.has(discoveryName)) return `//${resource.name.split('/').slice(0, -2).join('/')}`;
  return `//cloudresourcemanager.googleapis.com/projects/${projectNumber(resource.project)}`;
}
