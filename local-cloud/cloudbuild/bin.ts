/** The folder of commands a step finds first on its PATH: the configured tools, this Node, and the docker stand-in. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { perCloud } from '../core/per-cloud.ts';

const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];

/** PATH for the steps of this cloud; the folder is made on first use. */
export const stepPath = perCloud(({ config }): string => {
  const bin = resolve(config.dataDir, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, path] of Object.entries({ node: process.execPath, ...config.tools })) {
    const link = join(bin, name);
    rmSync(link, { force: true });
    symlinkSync(path, link);
  }
  // Run from source the stand-in is a .ts file, from a build a .js one: the same as this file.
  const program = join(import.meta.dirname, 'docker', `main${extname(import.meta.filename)}`);
  const docker = join(bin, 'docker');
  writeFileSync(docker, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(docker, 0o755);
  return [bin, ...SYSTEM_PATH].join(':');
});
