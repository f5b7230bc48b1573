/** Waiting for what a connector started: an operation, in one of the forms the services have, or an execution. */
import type { Raised } from '../run/errors.ts';
import { systemError } from '../run/errors.ts';
import { isList, isMap, type Dict, type Value } from '../run/values.ts';
import type { CallContext } from '../stdlib/function.ts';
import { delayBefore } from '../stdlib/retry.ts';
import type { Connector, Waiting } from './model.ts';
import type { ConnectorOptions } from './options.ts';
import { send } from './request.ts';

/** How one form of operation is read. */
interface Watch {
  readonly nameOf: (current: Dict) => Value | undefined;
  /** Where to look again. `asked` is the path of the request that started it. */
  readonly path: (name: string, asked: string) => string;
  readonly isOver: (current: Dict) => boolean;
  readonly hasFailed: (current: Dict) => boolean;
  readonly result: (current: Dict) => Value;
}

const itself = (current: Dict): Value => current;
const at = (current: Dict, key: string): Dict => {
  const value = current.get(key) ?? null;
  return isMap(value) ? value : new Map();
};

function watchOf(waits: Waiting): Watch {
  switch (waits.kind) {
    case 'operation':
      return {
        nameOf: (current) => current.get('name'),
        path: (name) => `${waits.prefix}/${name}`,
        isOver: (current) => current.get('done') === true,
        hasFailed: (current) => current.get('error') !== undefined,
        result: waits.gives === 'operation' ? itself : (current) => current.get('response') ?? null,
      };
    case 'cluster operation':
      return {
        nameOf: (current) => current.get('name'),
        path: (name, asked) => `${LOCATION.exec(asked)?.[0] ?? ''}/operations/${name}`,
        isOver: (current) => current.get('status') === 'DONE',
        hasFailed: (current) => current.get('error') !== undefined,
        result: itself,
      };
    case 'job execution':
      return {
        nameOf: (current) => at(current, 'metadata').get('name'),
        path: (name, asked) => `${NAMESPACE.exec(asked)?.[0] ?? ''}/executions/${name}`,
        isOver: (current) => ['True', 'False'].includes(completed(current)),
        hasFailed: (current) => completed(current) === 'False',
        result: itself,
      };
    case 'execution':
      return {
        nameOf: (current) => current.get('name'),
        path: (name) => `/v1/${name}`,
        isOver: (current) => !RUNNING_STATES.includes(current.get('state') ?? null),
        hasFailed: (current) => current.get('state') !== 'SUCCEEDED',
        result: itself,
      };
  }
}

const RUNNING_STATES: readonly Value[] = ['ACTIVE', 'QUEUED'];
const LOCATION = /^\/v1\/projects\/[^/]+\/locations\/[^/]+/;
const NAMESPACE = /^\/apis\/run\.googleapis\.com\/v1\/namespaces\/[^/]+/;

/** The Knative condition that says whether a job's execution is over; `undefined` for other operations. */
function completedCondition(execution: Dict): Dict | undefined {
  const conditions = at(execution, 'status').get('conditions') ?? null;
  const found = isList(conditions)
    ? conditions.find((one) => isMap(one) && one.get('type') === 'Completed')
    : undefined;
  return found !== undefined && isMap(found) ? found : undefined;
}

/** `True`, `False` or `Unknown`. */
function completed(execution: Dict): string {
  const status = completedCondition(execution)?.get('status');
  return typeof status === 'string' ? status : 'Unknown';
}

/** What a connector has sent, and what came back. */
export interface Started {
  /** Path of the request. */
  readonly asked: string;
  readonly answer: Value;
}

/** Polls until `started` is over. Raises OperationError when it failed, TimeoutError when it took too long. */
export async function waitFor(
  started: Started,
  connector: Connector & { readonly waits: Waiting },
  options: ConnectorOptions,
  context: CallContext,
): Promise<Value> {
  const watch = watchOf(connector.waits);
  const deadline = context.host.deadline(options.timeout * 1000);
  try {
    const first = named(started.answer, watch, connector);
    const path = watch.path(first.name, started.asked);
    let { current } = first;
    for (let poll = 0; !watch.isOver(current); poll += 1) {
      await pause(delayBefore(poll, options.polling) * 1000, deadline.signal, context);
      if (deadline.passed()) {
        throw systemError('TimeoutError', `${connector.name}: not finished within ${options.timeout} s`);
      }
      context.countStep();
      const answer = await send(connector.service, 'GET', path, null, options.timeout, context);
      ({ current } = named(answer, watch, connector));
    }
    if (watch.hasFailed(current)) throw operationError(current, connector);
    return watch.result(current);
  } finally {
    deadline.cancel();
  }
}

/** The next poll or the deadline, whichever comes first. */
export async function pause(ms: number, deadline: AbortSignal, { host }: CallContext): Promise<void> {
  let stop = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    stop = resolve;
    deadline.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([host.pause(ms), late]);
  } finally {
    deadline.removeEventListener('abort', stop);
  }
}

function named(value: Value, watch: Watch, connector: Connector): { current: Dict; name: string } {
  const name = isMap(value) ? watch.nameOf(value) : undefined;
  if (isMap(value) && typeof name === 'string') return { current: value, name };
  throw systemError(
    'ResponseTypeError',
    `${connector.name}: the answer is not an ${connector.waits?.kind ?? 'object'}`,
  );
}

/**
 * The docs name `operation`, and elsewhere an `error` with details: both are there. Of an execution their tutorial on
 * executing workflows from a workflow shows the whole map: this message, and `operation` alone.
 */
function operationError(operation: Dict, connector: Connector): Raised {
  if (connector.waits?.kind === 'execution') {
    return systemError('OperationError', 'Execution failed or cancelled.', { operation });
  }
  const error = operation.get('error') ?? null;
  const told = isMap(error) ? error : completedCondition(operation);
  const text = told?.get('message');
  const reason = typeof text === 'string' ? text : 'the operation did not end well';
  return systemError('OperationError', `${connector.name}: ${reason}`, { operation, error });
}
