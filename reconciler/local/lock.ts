/** One local cloud per data folder: two would write one database and one info file. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { birthOf } from './process-birth.ts';
import { LocalError } from './failure.ts';

/** Takes the folder for this process and gives back how to leave it. Throws LocalError when somebody is in it. */
export function lockDataDir(dataDir: string): () => void {
  const file = join(dataDir, 'up.lock');
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new LocalError(
      `${dataDir} cannot be made: ${(error as Error).message}; name another folder with --data`,
      {
        cause: error,
      },
    );
  }
  // The second try follows a lock that a killed process left behind.
  if (!take(file)) {
    const holder = readFileSync(file, 'utf8').trim().split(' ');
    const pid = Number(holder[0]);
    if (birthOf(pid) === holder[1]) {
      throw new LocalError(
        `a local cloud already runs with the data folder ${dataDir} (process ${pid}); ` +
          'end it with `plumb local down`, or give this one another folder with --data',
      );
    }
    rmSync(file, { force: true });
    if (!take(file))
      throw new LocalError(`another local cloud has just started with the data folder ${dataDir}`);
  }
  return () => rmSync(file, { force: true });
}

function take(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid} ${birthOf(process.pid) ?? ''}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
