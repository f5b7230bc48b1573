/**
 * Admin Activity audit logs: one entry per call that changes something, two for one that begins a long-running
 * operation, in the shape of google.cloud.audit.AuditLog. Source: cloud.google.com/logging/docs/audit and entries
 * published by people who read theirs.
 */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import type { RpcStatus } from '../core/errors.ts';
import { numericId, type Body } from '../core/store.ts';
import type { AuditedMethod } from './audit-methods.ts';
import { logEntries, type LogEntry } from './entries.ts';

/** A call as its audit entry tells it. */
export interface AuditedCall {
  /** e.g. `compute.googleapis.com`, or `k8s.io`. */
  readonly service: string;
  /** `protoPayload.methodName`. */
  readonly method: string;
  readonly project: string;
  /** `protoPayload.resourceName`. */
  readonly resourceName: string;
  readonly resource: LogEntry['resource'];
  readonly principal: string;
  /** Who asked for the token in the principal's name. */
  readonly impersonator?: string | undefined;
  readonly userAgent?: string | undefined;
  /** When it came, in milliseconds of cloud time; the end of its operation is later. */
  readonly at?: number;
  /** The request's body, without `@type`. */
  readonly request?: Body | undefined;
}

/** What came of it. */
export interface Outcome {
  readonly error?: RpcStatus | undefined;
  readonly operation?: Omit<NonNullable<LogEntry['operation']>, 'producer'>;
}

const ACTIVITY = 'cloudaudit.googleapis.com%2Factivity';
const IS_ACCOUNT = /\.gserviceaccount\.com$/;

/** Writes the entry. The last one of an operation tells no request again: only the first does. */
export function writeActivity(cloud: Cloud, call: AuditedCall, { error, operation }: Outcome = {}): void {
  const closing = operation?.last === true && operation.first !== true;
  const time = timestamp(closing ? cloud.clock.now() : (call.at ?? cloud.clock.now()));
  logEntries(cloud).append({
    logName: `projects/${call.project}/logs/${ACTIVITY}`,
    severity: error ? 'ERROR' : 'NOTICE',
    timestamp: time,
    resource: call.resource,
    ...(operation && { operation: { ...operation, producer: call.service } }),
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      status: error ? { code: error.code, message: error.message } : {},
      authenticationInfo: {
        principalEmail: call.principal,
        principalSubject: subjectOf(call.principal),
        ...(call.impersonator !== undefined && {
          serviceAccountDelegationInfo: [
            {
              principalSubject: subjectOf(call.impersonator),
              firstPartyPrincipal: { principalEmail: call.impersonator },
            },
          ],
        }),
      },
      requestMetadata: {
        callerIp: '127.0.0.1',
        ...(call.userAgent !== undefined && { callerSuppliedUserAgent: call.userAgent }),
        requestAttributes: { time, auth: {} },
        destinationAttributes: {},
      },
      serviceName: call.service,
      methodName: call.method,
      resourceName: call.resourceName,
      ...(!closing && call.request && { request: { '@type': requestType(call), ...call.request } }),
    },
  });
}

const subjectOf = (email: string): string => `${IS_ACCOUNT.test(email) ? 'serviceAccount' : 'user'}:${email}`;

/** `type.googleapis.com/compute.routers.patch`; of other services the request message. */
const requestType = ({ method }: AuditedCall): string =>
  `type.googleapis.com/${method.startsWith('v1.compute.') ? method.slice('v1.'.length) : `${method.replace(/\.[^.]+\.([^.]+)$/, '.$1')}Request`}`;

const SCOPE = /^(?:zones|regions|locations)$/;

/** The labels of a monitored resource, as far as its name tells them. */
export function labelsOf(type: string, project: string, resourceName: string): Record<string, string> {
  const parts = resourceName.split('/');
  const after = (word: string | RegExp) => {
    const at = parts.findIndex((part) => (typeof word === 'string' ? part === word : word.test(part)));
    return at < 0 ? undefined : parts[at + 1];
  };
  const name = parts.at(-1) ?? '';
  const location = after(SCOPE) ?? 'global';
  const base = { project_id: project };
  switch (type) {
    case 'gke_cluster':
    case 'k8s_cluster':
      return { ...base, location, cluster_name: after('clusters') ?? '' };
    case 'gke_nodepool':
      return {
        ...base,
        location,
        cluster_name: after('clusters') ?? '',
        nodepool_name: after('nodePools') ?? '',
      };
    case 'service_account': {
      const email = after('serviceAccounts') ?? '';
      return { ...base, email_id: email, unique_id: numericId(email, 21) };
    }
    case 'gcs_bucket':
      return { ...base, bucket_name: name, location };
    case 'gce_router':
      return { ...base, region: location, router_id: numericId(resourceName, 19) };
    case 'gce_instance':
      return { ...base, zone: location, instance_id: numericId(resourceName, 19) };
    case 'gce_network':
      return { ...base, location, network_id: numericId(resourceName, 19) };
    case 'gce_subnetwork':
      return { ...base, location, subnetwork_id: numericId(resourceName, 19), subnetwork_name: name };
    case 'gce_firewall_rule':
      return { ...base, firewall_rule_id: numericId(resourceName, 19) };
    case 'project':
      return base;
    default:
      return { ...base, location };
  }
}

/** A call before it is named by the service's rules. */
export interface NamedCall extends Pick<
  AuditedCall,
  'project' | 'principal' | 'impersonator' | 'userAgent' | 'request' | 'at'
> {
  /** e.g. `compute.googleapis.com`. */
  readonly host: string;
  /** The relative name of what it changes, e.g. `projects/p/global/networks/n`. */
  readonly resource: string;
}

/** The call as the log will tell it. */
export function auditedCall(named: AuditedMethod, call: NamedCall): AuditedCall {
  const { host, resource, request, ...rest } = call;
  const labels = labelsOf(named.type, call.project, resource);
  const bare = named.field === undefined || request === undefined || named.field in request;
  return {
    ...rest,
    request: bare ? request : { [named.field]: request },
    service: host,
    method: named.name,
    resourceName: resourceName(named.type, resource, labels),
    resource: {
      type: named.type,
      labels:
        named.type === 'audited_resource'
          ? { project_id: call.project, service: host, method: named.name }
          : labels,
    },
  };
}

/** IAM writes an account's number, and Storage no project, where others write the name they were called by. */
function resourceName(type: string, resource: string, labels: Readonly<Record<string, string>>): string {
  if (type === 'service_account') return `projects/-/serviceAccounts/${labels['unique_id'] ?? ''}`;
  if (type === 'gcs_bucket') return `projects/_/buckets/${labels['bucket_name'] ?? ''}`;
  return resource;
}
