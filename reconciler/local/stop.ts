/** `plumb local down`: ends the local cloud of a data folder, and only that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './failure.ts';
import { infoFileOf, isRunning, readInfo, removeInfo } from './info.ts';

const GIVE_UP_MS = 15_000;

/** What was found and done. Throws LocalError when it runs but does not end. */
export async function stopLocal(dataDir: string): Promise<'stopped' | 'forgotten' | 'nothing'> {
  const file = infoFileOf(dataDir);
  const info = readInfo(file);
  if (info === undefined) return 'nothing';
  if (!isRunning(info)) {
    removeInfo(file);
    return 'forgotten';
  }
  try {
    process.kill(info.pid, 'SIGTERM');
  } catch (cause) {
    throw new LocalError(`process ${info.pid} may not be ended by this user: ${(cause as Error).message}`, {
      cause,
    });
  }
  const giveUp = performance.now() + GIVE_UP_MS;
  while (isRunning(info)) {
    if (performance.now() > giveUp) {
      throw new LocalError(
        `the local cloud (process ${info.pid}) did not end within ${GIVE_UP_MS / 1000} s; end it with kill -9 ${info.pid}`,
      );
    }
    await sleep(50);
  }
  return 'stopped';
}
