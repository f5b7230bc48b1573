/** Direct GETs on the owning APIs. Only a well-formed 404 reads as absent; every other failure is unreadable. */
import pLimit from 'p-limit';
import type { Json, Reading } from '../model.ts';
import { CloudError, type Clock, type DirectReads } from '../ports.ts';
import { unreadableFor } from './clusters.ts';
import type { Rest } from './rest.ts';

/** Bounds open sockets, not speed. */
const AT_ONCE = 64;

export function directReads(rest: Rest, clock: Clock): DirectReads {
  const limit = pLimit(AT_ONCE);
  return {
    get: ({ service, path }, until) =>
      limit(async (): Promise<Reading<Json>> => {
        const at = clock.now().toISOString();
        try {
          return {
            state: 'present',
            value: await rest.request({ service, path, until }),
            source: service,
            at,
          };
        } catch (error) {
          if (error instanceof CloudError && error.kind === 'not-found')
            return { state: 'absent', source: service, at };
          // Nobody has looked: that is another thing than having looked in vain.
          if (error instanceof CloudError && error.kind === 'spent') throw error;
          return unreadableFor(error, service, at);
        }
      }),
  };
}
