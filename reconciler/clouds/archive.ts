/** Reports in a bucket. A precondition on "no live object" makes every one of them final, whoever else writes. */
import { CloudError, type Archive } from '../ports.ts';
import type { Rest } from './rest.ts';

/** HTTP 412: the object is there. Source: Cloud Storage, request preconditions. */
const PRECONDITION_FAILED = 412;

export function archiveOf(rest: Rest): Archive {
  return {
    write: async ({ bucket, name, ...content }) => {
      const query = new URLSearchParams({ uploadType: 'media', name, ifGenerationMatch: '0' });
      try {
        await rest.request({
          service: 'storage',
          method: 'POST',
          path: `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`,
          content,
          safeToRepeat: true,
        });
        return true;
      } catch (error) {
        if (error instanceof CloudError && error.httpStatus === PRECONDITION_FAILED) return false;
        throw error;
      }
    },
  };
}
