import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly integrity?: string;
}

const packages = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  }
).packages;

describe('the lock file', () => {
  // npm writes a lock without the programs of other platforms when it cannot reach them, and npm ci then refuses it.
  it('holds every optional dependency, so that npm ci works on every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has a checksum for everything that is downloaded', () => {
    const unverified = Object.entries(packages).filter(
      ([path, { integrity }]) => path !== '' && integrity === undefined,
    );
    expect(unverified.map(([path]) => path)).toEqual([]);
  });
});
