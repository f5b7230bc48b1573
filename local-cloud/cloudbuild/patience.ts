/** Time limits of work that is done by real processes. */
import type { Cloud } from '../core/cloud.ts';

export interface Patience {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
  /** The work is done: no limit any more. */
  cancel(): void;
}

/**
 * Runs out after `seconds`. A process takes as long as it takes on this machine, however fast the cloud's clock runs;
 * so a fast clock stretches the limit to as many seconds of the wall. Moving the clock by hand runs it out as usual.
 */
export function patience(cloud: Cloud, seconds: number): Patience {
  const controller = new AbortController();
  const cancel = cloud.clock.after(seconds * 1000 * Math.max(1, cloud.clock.speed), () => controller.abort());
  return { signal: controller.signal, cancel };
}
