/**
 * The memory between passes: one small object per task in the state bucket, beside the tenants' states. Read as whoever
 * looks, written as whoever acts, so that a pass that only looks leaves nothing behind.
 */
import { isObject, listAt, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError, type PassLog, type PassMark } from '../ports.ts';
import type { Rest } from './rest.ts';

const PREFIX = 'plumbline/passes/';

export interface PassLogOptions {
  readonly reading: Rest;
  readonly acting: Rest;
  readonly bucket: string;
}

export function passLogOf({ reading, acting, bucket }: PassLogOptions): PassLog {
  const objects = `/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const readObject = async (name: string): Promise<PassMark | undefined> => {
    const path = `${objects}/${encodeURIComponent(name)}`;
    try {
      // Asked for its content, the service answers 404 in plain text, which nothing may be concluded from.
      await reading.request({ service: 'storage', path });
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'not-found') return undefined;
      throw error;
    }
    return markOf(await reading.request({ service: 'storage', path: `${path}?alt=media` }), name);
  };
  return {
    read: (shard) => readObject(nameOf(shard)),
    write: async (shard, mark) => {
      const query = new URLSearchParams({ uploadType: 'media', name: nameOf(shard) });
      await acting.request({
        service: 'storage',
        method: 'POST',
        path: `/upload${objects}?${query.toString()}`,
        body: { ...mark },
        safeToRepeat: true,
      });
    },
    latest: async () => {
      const query = new URLSearchParams({ prefix: PREFIX });
      const listed = await reading.request({ service: 'storage', path: `${objects}?${query.toString()}` });
      const names = listAt(listed, 'items').flatMap((item) => textAt(item, 'name') ?? []);
      const marks = (await Promise.all(names.map(readObject))).filter((mark) => mark !== undefined);
      return marks.sort((one, other) => (one.begunAt < other.begunAt ? 1 : -1))[0];
    },
  };
}

/** Tasks of passes that are split otherwise have other tenants, so they have a memory of their own. */
const nameOf = ({ index, count }: { index: number; count: number }): string =>
  `${PREFIX}task-${index}-of-${count}.json`;

/** Throws CloudError for what we did not write: a count that is guessed is worse than none. */
function markOf(value: Json, name: string): PassMark {
  const known =
    isObject(value) &&
    Number.isSafeInteger(value['pass']) &&
    Number.isSafeInteger(value['fullPass']) &&
    typeof value['run'] === 'string' &&
    typeof value['begunAt'] === 'string';
  if (!known) throw new CloudError('unexpected', `the object ${name} is not a pass's mark; delete it`);
  return {
    finishedAt: null,
    newsRun: null,
    wholeAt: null,
    done: null,
    sweep: null,
    ...value,
  } as unknown as PassMark;
}
