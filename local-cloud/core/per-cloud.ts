/** State that belongs to one cloud but to no single service: made on first use, gone with the cloud. */
import type { Cloud } from './cloud.ts';

/** A function that gives each cloud its own `T`, always the same one. */
export function perCloud<T>(create: (cloud: Cloud) => T): (cloud: Cloud) => T {
  const made = new WeakMap<Cloud, { value: T }>();
  return (cloud) => {
    const found = made.get(cloud) ?? { value: create(cloud) };
    made.set(cloud, found);
    return found.value;
  };
}
