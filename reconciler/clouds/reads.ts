/** Direct GETs on the owning APIs. Only a well-formed 404 reads as absent; every other failure is unreadable. */
import { describe } from '../error-text.ts';
import type { Json, Reading } from '../model.ts';
import { CloudError, type Clock, type DirectReads } from '../ports.ts';
import type { Rest } from './rest.ts';

export const directReads = (rest: Rest, clock: Clock): DirectReads => ({
  get: async ({ service, path }): Promise<Reading<Json>> => {
    const at = clock.now().toISOString();
    try {
      return { state: 'present', value: await rest.request({ service, path }), source: service, at };
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'not-found')
        return { state: 'absent', source: service, at };
      return { state: 'unreadable', reason: describe(error), source: service, at };
    }
  },
});
