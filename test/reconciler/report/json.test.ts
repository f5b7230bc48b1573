import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderJson } from '../../../reconciler/report/json.ts';
import { SAMPLE } from './sample.ts';

/** As Spanner gives a JSON column back: the same value with its keys sorted. */
const asStored = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(asStored)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, item]) => [key, asStored(item)]),
        )
      : value;

describe('the JSON report', () => {
  it('is the value itself', () => {
    expect(JSON.parse(renderJson(SAMPLE))).toEqual(SAMPLE);
  });

  it('has the same bytes whether it comes fresh from a pass or back from the store', () => {
    expect(renderJson(asStored(SAMPLE) as RunReport)).toBe(renderJson(SAMPLE));
  });

  it('opens with its format, the run and the summary', () => {
    expect(Object.keys(JSON.parse(renderJson(SAMPLE)) as object)).toEqual([
      'format',
      'run',
      'summary',
      'breaker',
      'fleet',
      'tenants',
    ]);
  });
});
