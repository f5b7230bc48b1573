/** Kubernetes Engine's operations, and its rule that a cluster does one thing at a time. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { OperationEnd } from '../core/operations.ts';
import { PhasedOperations, type PhasedOperation } from '../core/phased-operations.ts';
import type { Call, Method, Source } from '../core/service.ts';
import { numericId } from '../core/store.ts';
import { clusterPath, linkTo } from './names.ts';
import { methodPair } from './paths.ts';

const SOURCE: Source = {
  kind: 'documented',
  from: 'container v1 REST reference, projects.locations.operations',
};

export interface ClusterChange {
  /** e.g. `UPDATE_CLUSTER`. */
  readonly type: string;
  /** Path of the cluster or node pool that changes. */
  readonly target: string;
  readonly delayMs: number;
  readonly run: () => unknown;
}

export class ClusterOperations {
  readonly #operations: PhasedOperations;

  constructor(cloud: Cloud) {
    this.#operations = new PhasedOperations(cloud.clock);
  }

  whenDone(name: string, tell: OperationEnd): void {
    this.#operations.whenDone(name, tell);
  }

  /** Begins a change. Throws FAILED_PRECONDITION while another one runs on the same cluster. */
  start(call: Call, change: ClusterChange): object {
    const cluster = clusterPath(call);
    const active = this.#operations.active(cluster);
    if (active) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `Operation ${active.name} is currently running on cluster ${call.param('cluster')} (${active.type}). ` +
          'Please wait and try again once it is done.',
      );
    }
    const about = { project: call.param('project'), location: call.param('location'), user: call.principal };
    return body(this.#operations.start({ ...about, ...change }));
  }

  get methods(): readonly Method[] {
    return [
      ...methodPair('operations.list', 'GET', 'operations', SOURCE, (call) => {
        const found = this.#operations.list(call.param('project'), call.param('location'));
        return { operations: found.map(body) };
      }),
      ...methodPair('operations.get', 'GET', 'operations/{operation}', SOURCE, (call) =>
        body(this.#operations.get(call.param('project'), call.param('location'), call.param('operation'))),
      ),
    ];
  }
}

function body(op: PhasedOperation): object {
  const project = `projects/${numericId(op.project, 12)}`;
  return {
    name: op.name,
    // Zonal clients still read the old field; it holds the location, region or zone.
    zone: op.location,
    location: op.location,
    operationType: op.type,
    status: op.status,
    startTime: timestamp(op.startTime ?? op.insertTime),
    ...(op.endTime !== undefined && { endTime: timestamp(op.endTime) }),
    ...(op.error && { error: op.error.rpc, statusMessage: op.error.message }),
    selfLink: linkTo(`${project}/locations/${op.location}/operations/${op.name}`),
    targetLink: linkTo(op.target.replace(`projects/${op.project}`, project)),
  };
}
