/** Callback endpoints of one execution: requests come in over HTTP, the workflow takes them one at a time. */
import { randomUUID } from 'node:crypto';
import { ApiError, notFound } from '../../core/errors.ts';
import type { CallbackRequest, Deadline } from '../run/host.ts';

interface Endpoint {
  readonly method: string;
  /** A request nobody has taken yet. */
  stored: CallbackRequest | undefined;
  readonly waiters: ((request: CallbackRequest) => void)[];
}

export class Callbacks {
  readonly #endpoints = new Map<string, Endpoint>();

  /** The new endpoint's id. */
  create(method: string): string {
    const id = randomUUID();
    this.#endpoints.set(id, { method, stored: undefined, waiters: [] });
    return id;
  }

  list(): { id: string; method: string; waiters: number; availablePayloads: string[] }[] {
    return [...this.#endpoints].map(([id, { method, stored, waiters }]) => ({
      id,
      method,
      waiters: waiters.length,
      availablePayloads: stored === undefined ? [] : [stored.body.toString()],
    }));
  }

  /** Throws NOT_FOUND for an unknown endpoint or method, RESOURCE_EXHAUSTED while an earlier request waits (assumed). */
  deliver(id: string, request: CallbackRequest): void {
    const endpoint = this.#endpoints.get(id);
    if (endpoint?.method !== request.method) throw notFound(`Callback ${id} for ${request.method}`);
    const waiter = endpoint.waiters.shift();
    if (waiter !== undefined) {
      waiter(request);
      return;
    }
    if (endpoint.stored !== undefined) {
      throw new ApiError('RESOURCE_EXHAUSTED', `Callback ${id} has a request that is not processed yet`);
    }
    endpoint.stored = request;
  }

  /** The next request; undefined when there is no such endpoint. Rejects when the deadline passes. */
  next(id: string, { signal }: Deadline): Promise<CallbackRequest> | undefined {
    const endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) return undefined;
    const { stored } = endpoint;
    endpoint.stored = undefined;
    if (stored !== undefined) return Promise.resolve(stored);
    return new Promise((resolve, reject) => {
      endpoint.waiters.push(resolve);
      signal.addEventListener('abort', () => {
        const at = endpoint.waiters.indexOf(resolve);
        if (at >= 0) endpoint.waiters.splice(at, 1);
        reject(signal.reason as Error);
      });
    });
  }
}
