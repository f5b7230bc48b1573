/** Callback endpoints of an execution: the list of them, and the requests that come in. */
import { timestamp } from '../../core/clock.ts';
import { notFound } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { isRunning, type Execution } from '../engine/execution.ts';
import { page } from './paging.ts';

const MAX_PAGE = 100;

export function listCallbacks(execution: Execution, call: Call): unknown {
  const all = execution.callbacks.list();
  const { items, ...rest } = page(all, ({ id }) => id, call.query, { fallback: MAX_PAGE, max: MAX_PAGE });
  return {
    callbacks: items.map(({ id, waiters, ...callback }) => ({
      name: `${execution.name}/callbacks/${id}`,
      ...callback,
      // int64 in the API, so text.
      waiters: String(waiters),
    })),
    ...rest,
  };
}

/** Hands the request to the workflow. 404 when nobody can ever take it, 429 while an earlier one waits. */
export function deliverCallback(execution: Execution, call: Call, now: number): unknown {
  if (!isRunning(execution)) throw notFound(`Callback of the finished execution ${execution.id}`);
  const headers = Object.entries(call.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  execution.callbacks.deliver(call.param('callback'), {
    method: call.method.http,
    url: call.url.pathname + call.url.search,
    query: Object.fromEntries(call.query),
    headers: Object.fromEntries(headers),
    body: call.body,
    receivedTime: timestamp(now),
  });
  return {};
}
