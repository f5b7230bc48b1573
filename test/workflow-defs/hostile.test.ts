/**
 * Hostile text in every place of a record that the schema has, through the whole chain: refused with its place named,
 * or told to the execution as it is, and in a definition never.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../desired-state/problems.ts';
import { parseTenant } from '../../desired-state/parse.ts';
import type { Tenant } from '../../desired-state/tenant.ts';
import { expect as expectedOf } from '../../reconciler/expect.ts';
import { launchable } from '../../reconciler/launchable.ts';
import type { Flow } from '../../reconciler/model.ts';
import { inside } from '../../reconciler/resources/schema/path.ts';
import { compile } from '../../workflow-defs/compile.ts';
import { MAX_ARGUMENT_BYTES } from '../../workflow-defs/limits.ts';
import { hostileText } from '../support/hostile.ts';
import { MARKED, markAt, PLACES, withText, type Place } from '../support/places.ts';
import { FLOWS, PLATFORM } from './platform.ts';

/** Cases per place; with 33 places, almost ten thousand. */
const CASES = 300;

/** Words of our own, which say nothing of a tenant wherever they stand. */
const OURS: ReadonlySet<string> = new Set(['Standard', 'decommission']);

/** What no execution is told, and why. Everything else of a record is. */
const NOT_TOLD: Readonly<Record<string, string>> = {
  apiVersion: 'the same in every record',
  kind: 'the same in every record',
  'metadata.labels{key}': 'for selecting tenants',
  'metadata.labels{}': 'for selecting tenants',
  'spec.owner': 'decides who may ask, before anything is launched',
  'spec.cluster.mode': 'the same in every record',
  ...Object.fromEntries(
    PLACES.filter((place) => place.name.startsWith('spec.maintenance.') && !OURS.has(markAt(place)!)).map(
      ({ name }) => [name, 'decides when, before anything is launched'],
    ),
  ),
};

/** What would be launched for a record. */
const launchOf = (tenant: Tenant, flow: Flow) =>
  launchable({
    tenant,
    applied: null,
    ledger: undefined,
    platform: PLATFORM,
    flow,
    intent: 'i',
    generation: 1,
    requester: 'plumbline',
  });

const DIGEST = 'sha256:d';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** `value` with `before` replaced by `after` in every text and every key; `inKeys` is how a key writes it. */
function replaced(value: unknown, before: string, after: string, inKeys = after): unknown {
  if (typeof value === 'string') return value.split(before).join(after);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, before, after, inKeys));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.split(before).join(inKeys),
      replaced(item, before, after, inKeys),
    ]),
  );
}

const right = parseTenant(MARKED);
if (!right.ok) throw new Error(right.problems.map(formatProblem).join('\n'));
const MARKED_TENANT = right.tenant;
const MARKED_WANTS = asJson(expectedOf(MARKED_TENANT, DIGEST));
const MARKED_TOLD = new Map(FLOWS.map((flow) => [flow, asJson(launchOf(MARKED_TENANT, flow).argument)]));
const DEFINITIONS = new Map(FLOWS.map((flow) => [flow, compile(flow, { ...PLATFORM })]));

/** Much faster than `toEqual`, which is asked for the difference only when there is one. */
function same(have: unknown, want: unknown): void {
  if (!isDeepStrictEqual(have, want)) expect(have).toEqual(want);
}

describe('the record of these tests', () => {
  test('has an unmistakable text in every place the schema knows; a new field needs one in test/support/places.ts', () => {
    const all = JSON.stringify(MARKED);
    for (const place of PLACES) {
      const mark = markAt(place);
      expect(mark, `${place.name} is not in MARKED`).toBeDefined();
      expect(all.split(mark!).length - 1, `${place.name} shares its text`).toBe(1);
    }
  });

  test('is told to executions, all but what only Plumbline itself needs', () => {
    const told = JSON.stringify([...MARKED_TOLD]);
    const silent = PLACES.filter((place) => !told.includes(markAt(place)!)).map(({ name }) => name);
    expect(silent.sort()).toEqual(Object.keys(NOT_TOLD).sort());
  });

  test('is in no definition', () => {
    for (const { source } of DEFINITIONS.values()) {
      for (const mark of PLACES.map((place) => markAt(place)!).filter((text) => !OURS.has(text))) {
        expect(source).not.toContain(mark);
      }
    }
  });
});

describe('hostile text', () => {
  const taken = new Set<string>();

  test.each(PLACES.map((place): [string, Place] => [place.name, place]))(
    `in %s is refused by that name, or told whole and evaluated nowhere (${CASES} cases)`,
    (name, place) => {
      const mark = markAt(place)!;
      fc.assert(
        fc.property(hostileText(mark), fc.constantFrom(...FLOWS), (text, flow) => {
          const { record, at } = withText(MARKED, place, text);
          const parsed = parseTenant(record);
          if (!parsed.ok) {
            expect(parsed.problems.map((problem) => problem.at)).toContainEqual(at);
            for (const problem of parsed.problems)
              expect(formatProblem(problem)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
            return;
          }
          if (text !== mark) taken.add(name);
          const wants = asJson(expectedOf(parsed.tenant, DIGEST));
          same(wants, replaced(MARKED_WANTS, mark, text, inside('', text).slice(1, -1)));
          const { definition, argument } = launchOf(parsed.tenant, flow);
          same(asJson(argument), replaced(MARKED_TOLD.get(flow), mark, text));
          same(definition, DEFINITIONS.get(flow));
          expect(Buffer.byteLength(JSON.stringify(argument))).toBeLessThanOrEqual(MAX_ARGUMENT_BYTES);
        }),
        { numRuns: CASES },
      );
    },
  );

  test('was taken where people may write what they like, so that the law above says something', () => {
    expect([...taken]).toEqual(
      expect.arrayContaining([
        'spec.cluster.nodePools[].machineType',
        'spec.cluster.nodePools[].accelerator.type',
        'spec.cluster.nodePools[].labels{key}',
        'spec.cluster.nodePools[].labels{}',
        'spec.cluster.nodePools[].taints[].key',
        'spec.cluster.nodePools[].taints[].value',
        'spec.build.machineType',
        'spec.workload.source.repository',
        'spec.workload.source.revision',
        'spec.workload.env[].value',
        'spec.workload.health.path',
      ]),
    );
  });
});
