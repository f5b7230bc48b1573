/** What Compute Engine lets a project make here: firewall rules and instances, as far as drift needs them. */
import { invalid, isObject, listField, onlyKnown, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import type { Body, Resource } from '../core/store.ts';
import {
  DISKS,
  FIREWALLS,
  INSTANCES,
  linkTo,
  NETWORKS,
  pathFor,
  storeName,
  type ComputeKind,
} from './kinds.ts';

/** RFC 1035: every name in Compute Engine. */
const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

const FIREWALL_FIELDS = [
  ...[
    'allowed',
    'creationTimestamp',
    'denied',
    'description',
    'destinationRanges',
    'direction',
    'disabled',
    'id',
  ],
  ...['kind', 'logConfig', 'name', 'network', 'params', 'priority', 'selfLink', 'sourceRanges'],
  ...['sourceServiceAccounts', 'sourceTags', 'targetServiceAccounts', 'targetTags'],
] as const;

interface Insert {
  /** Of what is about to be made. */
  readonly path: string;
  readonly run: () => unknown;
}

/** Throws INVALID_ARGUMENT for a bad request, NOT_FOUND for an unknown network, ALREADY_EXISTS for a taken name. */
export function insertFirewall(cloud: Cloud, call: Call): Insert {
  const request = call.json();
  onlyKnown(request, FIREWALL_FIELDS);
  const path = freePath(cloud, FIREWALLS, call, 'global', request);
  const network = networkOf(cloud, call.param('project'), stringField(request, 'network'));
  if (listField(request, 'allowed').length === 0 && listField(request, 'denied').length === 0) {
    throw invalid("Invalid value for field 'resource.allowed': one of allowed and denied must be given.");
  }
  const body: Body = {
    direction: 'INGRESS',
    priority: 1000,
    disabled: false,
    ...(request['direction'] !== 'EGRESS' &&
      !request['sourceTags'] &&
      !request['sourceServiceAccounts'] && { sourceRanges: ['0.0.0.0/0'] }),
    ...(request as Body),
    kind: FIREWALLS.kind,
    network,
    selfLink: linkTo(path),
  };
  return { path, run: () => create(cloud, FIREWALLS, path, 'global', body) };
}

/** The rule after a PATCH: named fields replace the old ones. Throws INVALID_ARGUMENT for a field it does not have. */
export function patchedFirewall(rule: Body, request: Record<string, unknown>): Body {
  onlyKnown(request, FIREWALL_FIELDS);
  return { ...rule, ...(request as Body), name: rule['name'] ?? null };
}

/** An instance and its boot disk. Nothing runs in it. */
export function insertInstance(cloud: Cloud, call: Call): Insert {
  const request = call.json();
  const zone = call.param('zone');
  const path = freePath(cloud, INSTANCES, call, zone, request);
  const project = call.param('project');
  const interfaces = listField(request, 'networkInterfaces').filter(isObject);
  if (interfaces.length === 0) throw invalid('At least one network interface is required.');
  const networkInterfaces = interfaces.map((each) => ({
    name: 'nic0',
    ...each,
    network: networkOf(cloud, project, stringField(each, 'network')),
  }));
  const disk = pathFor(DISKS, project, zone, path.slice(path.lastIndexOf('/') + 1));
  const body: Body = {
    ...(request as Body),
    kind: INSTANCES.kind,
    status: 'RUNNING',
    zone: linkTo(`projects/${project}/zones/${zone}`),
    networkInterfaces,
    disks: [{ boot: true, autoDelete: true, source: linkTo(disk) }],
    selfLink: linkTo(path),
  };
  return {
    path,
    run: () => {
      create(cloud, INSTANCES, path, zone, body);
      create(cloud, DISKS, disk, zone, { sizeGb: '10', users: [linkTo(path)] });
    },
  };
}

/** The instance with the disks that go with it. */
export function removeInstance(cloud: Cloud, instance: Resource): void {
  for (const disk of listField(instance.body, 'disks').filter(isObject)) {
    const source = stringField(disk, 'source')?.replace(/^.*\/compute\/v1\//, '');
    if (disk['autoDelete'] === true && source !== undefined) cloud.resources.delete(storeName(source));
  }
  cloud.resources.delete(instance.name);
}

function freePath(
  cloud: Cloud,
  kind: ComputeKind,
  call: Call,
  location: string,
  request: Record<string, unknown>,
): string {
  const name = stringField(request, 'name') ?? '';
  if (!NAME.test(name)) {
    throw invalid(
      `Invalid value for field 'resource.name': '${name}'. Must be a match of regex '${NAME.source}'`,
    );
  }
  const path = pathFor(kind, call.param('project'), location, name);
  if (cloud.resources.get(storeName(path))) {
    throw new ApiError('ALREADY_EXISTS', `The resource '${path}' already exists`, {
      reason: 'alreadyExists',
    });
  }
  return path;
}

/** The full link of a network in any spelling. Every project has one called `default`, which nobody stores. */
function networkOf(cloud: Cloud, project: string, network = 'default'): string {
  const name = network.slice(network.lastIndexOf('/') + 1);
  const path = pathFor(NETWORKS, project, '', name);
  if (name !== 'default' && !cloud.resources.get(storeName(path))) {
    throw new ApiError('NOT_FOUND', `The resource '${path}' was not found`, { reason: 'notFound' });
  }
  return linkTo(path);
}

function create(cloud: Cloud, kind: ComputeKind, path: string, location: string, body: Body): void {
  const [, project = ''] = path.split('/');
  cloud.resources.create({
    name: storeName(path),
    assetType: kind.assetType,
    project,
    location,
    body: { kind: kind.kind, name: path.slice(path.lastIndexOf('/') + 1), selfLink: linkTo(path), ...body },
  });
}
