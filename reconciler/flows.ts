/** What flows have in common. Pure. */
import type { Flow } from './model.ts';

const LOOKS: ReadonlySet<Flow> = new Set<Flow>(['health-check', 'deep-check']);

/** A flow that changes nothing but what we know. */
export const isLook = (flow: Flow): boolean => LOOKS.has(flow);
