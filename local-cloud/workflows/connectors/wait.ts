/** Waiting for what a connector started: a long-running operation, or a workflow execution. */
import type { Raised } from '../run/errors.ts';
import { systemError } from '../run/errors.ts';
import { isMap, type Dict, type Value } from '../run/values.ts';
import type { CallContext } from '../stdlib/function.ts';
import { delayBefore } from '../stdlib/retry.ts';
import type { ConnectorOptions } from './options.ts';
import { send } from './request.ts';
import type { Connector, Waiting } from './table.ts';

const RUNNING_STATES: readonly Value[] = ['ACTIVE', 'QUEUED'];

/** Polls until `started` is over. Raises OperationError when it failed, TimeoutError when it took too long. */
export async function waitFor(
  started: Value,
  connector: Connector & { readonly waits: Waiting },
  options: ConnectorOptions,
  context: CallContext,
): Promise<Value> {
  const { waits } = connector;
  const deadline = context.host.deadline(options.timeout * 1000);
  try {
    const { operation, name } = named(started, connector);
    let current = operation;
    const path = `${waits.kind === 'operation' ? waits.prefix : '/v1'}/${name}`;
    for (let poll = 0; !isOver(current, waits); poll += 1) {
      await pause(delayBefore(poll, options.polling) * 1000, deadline.signal, context);
      if (deadline.passed()) {
        throw systemError('TimeoutError', `${connector.name}: not finished within ${options.timeout} s`);
      }
      context.countStep();
      current = named(
        await send(connector.service, 'GET', path, null, options.timeout, context),
        connector,
      ).operation;
    }
    return outcome(current, waits, connector);
  } finally {
    deadline.cancel();
  }
}

/** The next poll or the deadline, whichever comes first. */
async function pause(ms: number, deadline: AbortSignal, { host }: CallContext): Promise<void> {
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

function named(value: Value, connector: Connector): { operation: Dict; name: string } {
  const name = isMap(value) ? value.get('name') : undefined;
  if (isMap(value) && typeof name === 'string') return { operation: value, name };
  throw systemError(
    'ResponseTypeError',
    `${connector.name}: the answer is not an ${connector.waits?.kind ?? 'object'}`,
  );
}

function isOver(current: Dict, waits: Waiting): boolean {
  if (waits.kind === 'operation') return current.get('done') === true;
  return !RUNNING_STATES.includes(current.get('state') ?? null);
}

function outcome(current: Dict, waits: Waiting, connector: Connector): Value {
  const failed =
    waits.kind === 'operation' ? current.get('error') !== undefined : current.get('state') !== 'SUCCEEDED';
  if (failed) throw operationError(current, connector);
  if (waits.kind === 'execution' || waits.gives === 'operation') return current;
  return current.get('response') ?? null;
}

/** The docs name `operation`, and elsewhere an `error` with details: both are there. */
function operationError(operation: Dict, connector: Connector): Raised {
  const error = operation.get('error') ?? null;
  const text = isMap(error) ? (error.get('message') ?? error.get('payload')) : undefined;
  const reason = typeof text === 'string' ? text : 'the operation did not end well';
  return systemError('OperationError', `${connector.name}: ${reason}`, { operation, error });
}
