/** Preconditions on generations: how writers (state locks above all) stay out of each other's way without a lock service. */
import { invalid } from '../core/body.ts';
import { conditionNotMet } from './errors.ts';

/** Generation 0 stands for "there is no live object". */
export interface Preconditions {
  readonly ifGenerationMatch?: number;
  readonly ifGenerationNotMatch?: number;
  readonly ifMetagenerationMatch?: number;
  readonly ifMetagenerationNotMatch?: number;
}

interface Generations {
  readonly generation: number;
  readonly metageneration: number;
}

const NAMES = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const;

/** Reads them from a query. Throws INVALID_ARGUMENT for anything that is not a whole number from 0 on. */
export function preconditionsOf(query: URLSearchParams): Preconditions {
  const found: Partial<Record<(typeof NAMES)[number], number>> = {};
  for (const name of NAMES) {
    const text = query.get(name);
    if (text === null) continue;
    if (!/^\d+$/.test(text)) throw invalid(`Invalid value '${text}' for ${name}: want a generation number.`);
    found[name] = Number(text);
  }
  return found;
}

/** Whether every given precondition holds for the live object, or for there being none. */
function holds(want: Preconditions, live: Generations | undefined): boolean {
  const { generation, metageneration } = live ?? { generation: 0, metageneration: 0 };
  return (
    (want.ifGenerationMatch === undefined || want.ifGenerationMatch === generation) &&
    (want.ifGenerationNotMatch === undefined || want.ifGenerationNotMatch !== generation) &&
    (want.ifMetagenerationMatch === undefined || want.ifMetagenerationMatch === metageneration) &&
    (want.ifMetagenerationNotMatch === undefined || want.ifMetagenerationNotMatch !== metageneration)
  );
}

/** Throws 412 unless `holds`. */
export function requirePreconditions(want: Preconditions, live: Generations | undefined): void {
  if (!holds(want, live)) throw conditionNotMet();
}

/** A read whose "not match" fails answers 304 and no body: the caller already has what is there. */
export function isNotModified(want: Preconditions, live: Generations): boolean {
  return (
    want.ifGenerationNotMatch === live.generation || want.ifMetagenerationNotMatch === live.metageneration
  );
}
