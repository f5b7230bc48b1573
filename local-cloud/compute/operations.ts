/** Compute Engine's operations: global, per region and per zone, with get, list and wait. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import type { OperationEnd } from '../core/operations.ts';
import { pageOf } from '../core/paging.ts';
import { PhasedOperations, type PhasedOperation, type PhasedPlan } from '../core/phased-operations.ts';
import type { Call, Method, Source } from '../core/service.ts';
import { numericId } from '../core/store.ts';
import { linkTo } from './kinds.ts';

const SOURCE: Source = {
  kind: 'documented',
  from: 'compute v1 REST reference, globalOperations, regionOperations and zoneOperations',
};

/** `wait` answers after at most two minutes, done or not. */
const WAIT_MS = 120_000;
const PROGRESS = { PENDING: 0, RUNNING: 50, DONE: 100 };

export class ComputeOperations {
  readonly #operations: PhasedOperations;

  constructor(cloud: Cloud) {
    this.#operations = new PhasedOperations(cloud.clock);
  }

  whenDone(name: string, tell: OperationEnd): void {
    this.#operations.whenDone(name, tell);
  }

  /** Begins a change and gives the operation as the mutating method answers it. */
  start(plan: PhasedPlan): object {
    return operationBody(this.#operations.start(plan));
  }

  get methods(): readonly Method[] {
    return [
      ...this.#methodsOf('globalOperations', 'global'),
      ...this.#methodsOf('regionOperations', 'regions/{region}'),
      ...this.#methodsOf('zoneOperations', 'zones/{zone}'),
    ];
  }

  #methodsOf(collection: string, place: string): Method[] {
    const path = `/compute/v1/projects/{project}/${place}/operations`;
    const find = (call: Call) =>
      this.#operations.get(
        call.param('project'),
        call.params['region'] ?? call.params['zone'] ?? 'global',
        call.param('operation'),
      );
    const method = (
      verb: string,
      http: Method['http'],
      tail: string,
      handler: Method['handler'],
    ): Method => ({
      id: `compute.${collection}.${verb}`,
      http,
      path: path + tail,
      source: SOURCE,
      handler,
    });
    return [
      method('list', 'GET', '', (call) => {
        const all = this.#operations.list(
          call.param('project'),
          call.params['region'] ?? call.params['zone'] ?? 'global',
        );
        const page = pageOf(
          all.sort((a, b) => (a.name < b.name ? -1 : 1)),
          { size: call.query.get('maxResults'), token: call.query.get('pageToken') },
          { standard: 500, max: 500, above: 'refuse', key: (op) => op.name },
        );
        return { kind: 'compute#operationList', ...page, items: page.items.map(operationBody) };
      }),
      method('get', 'GET', '/{operation}', (call) => operationBody(find(call))),
      method('wait', 'POST', '/{operation}/wait', async (call) =>
        operationBody(await this.#operations.wait(find(call), WAIT_MS)),
      ),
    ];
  }
}

function operationBody(op: PhasedOperation): object {
  const isZone = /-[a-z]$/.test(op.location);
  const place = op.location === 'global' ? 'global' : `${isZone ? 'zones' : 'regions'}/${op.location}`;
  const path = `projects/${op.project}/${place}`;
  return {
    kind: 'compute#operation',
    id: numericId(op.name, 19),
    name: op.name,
    operationType: op.type,
    targetLink: linkTo(op.target),
    targetId: numericId(op.target, 19),
    status: op.status,
    user: op.user,
    progress: PROGRESS[op.status],
    insertTime: timestamp(op.insertTime),
    ...(op.startTime !== undefined && { startTime: timestamp(op.startTime) }),
    ...(op.endTime !== undefined && { endTime: timestamp(op.endTime) }),
    ...(op.error && {
      error: { errors: [{ code: op.error.reason ?? op.error.status, message: op.error.message }] },
      httpErrorStatusCode: op.error.httpStatus,
      httpErrorMessage: op.error.status,
    }),
    ...(op.location !== 'global' && { [isZone ? 'zone' : 'region']: linkTo(path) }),
    selfLink: linkTo(`${path}/operations/${op.name}`),
  };
}
