/**
 * Every place of a record that holds text, read off the schema itself, so that a field added later is among them; and
 * a record with something unmistakable in each of them.
 */
import { z } from 'zod';
import { tenantSchema, type WrittenTenant } from '../../desired-state/tenant.ts';
import type { Json } from '../../reconciler/model.ts';

/** From the top of the record down: a field, or `ITEM`, `VALUE` and `KEY`: of the only item, value, key there is. */
type Step = string | typeof ITEM | typeof VALUE | typeof KEY;
const ITEM = Symbol('[]');
const VALUE = Symbol('{}');
const KEY = Symbol('{key}');

export interface Place {
  /** For people: `spec.cluster.nodePools[].labels{key}`. */
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly propertyNames?: Node;
  readonly items?: Node;
}

const WITHOUT_TEXT = ['integer', 'number', 'boolean', 'null'];

function* textIn(node: Node, steps: readonly Step[]): Generator<Place> {
  const { type, properties = {}, additionalProperties: values, propertyNames: keys, items } = node;
  if (type === 'string') yield { name: nameOf(steps), steps };
  else if (type === 'array' && items) yield* textIn(items, [...steps, ITEM]);
  else if (type === 'object') {
    for (const [key, child] of Object.entries(properties)) yield* textIn(child, [...steps, key]);
    if (keys) yield* textIn(keys, [...steps, KEY]);
    if (typeof values === 'object') yield* textIn(values, [...steps, VALUE]);
  } else if (type === undefined || !WITHOUT_TEXT.includes(type)) {
    throw new Error(
      `${nameOf(steps)}: the tests do not know how to look for text in ${JSON.stringify(node)}`,
    );
  }
}

const nameOf = (steps: readonly Step[]): string =>
  steps.reduce<string>(
    (name, step) => name + (typeof step === 'symbol' ? (step.description ?? '') : `${name && '.'}${step}`),
    '',
  );

export const PLACES: readonly Place[] = [
  ...textIn(z.toJSONSchema(tenantSchema, { io: 'input' }) as Node, []),
];

/** A right record with one item in every list and map, and in every place a text that no other place contains. */
export const MARKED: WrittenTenant = {
  apiVersion: 'plumbline.dev/v1alpha1',
  kind: 'Tenant',
  metadata: { name: 'qtenant', labels: { qlabelkey: 'qlabelvalue' } },
  spec: {
    owner: 'qowner@qmail.example',
    project: 'qproject-1',
    region: 'qeurope-west9',
    network: {
      subnet: { range: '10.64.0.0/20', pods: '10.80.0.0/16', services: '10.96.0.0/20' },
      nat: { minPortsPerVm: 128 },
    },
    cluster: {
      mode: 'Standard',
      releaseChannel: 'RAPID',
      controlPlaneRange: '172.30.0.0/28',
      nodePools: [
        {
          name: 'qpool',
          machineType: 'qmachine',
          min: 0,
          max: 3,
          accelerator: { type: 'qaccelerator', count: 1 },
          labels: { qnodelabelkey: 'qnodelabelvalue' },
          taints: [{ key: 'qtaintkey', value: 'qtaintvalue', effect: 'PREFER_NO_SCHEDULE' }],
        },
      ],
    },
    build: { machineType: 'qbuilder', diskSizeGb: 100 },
    workload: {
      namespace: 'qnamespace',
      name: 'qworkload',
      source: { repository: 'https://qgit.example/qrepository', revision: 'qrevision', folder: 'qfolder' },
      env: [{ name: 'QENVIRONMENT', value: 'qvariable' }],
      resources: { cpu: '251m', memory: '257Mi' },
      health: { path: '/qpath' },
    },
    maintenance: {
      timeZone: 'Antarctica/Troll',
      windows: [{ days: ['Sat'], start: '23:41', duration: '97m', for: ['upgrade'] }],
      exclusions: [{ from: '2031-01-02', until: '2031-01-05', for: ['decommission'], reason: 'qreason' }],
      overrun: 'finish',
    },
  },
};

/** The text of MARKED in a place; undefined when MARKED has none there. */
export function markAt({ steps }: Place): string | undefined {
  let here: unknown = MARKED;
  for (const step of steps) {
    const entries = typeof here === 'object' && here !== null ? Object.entries(here) : [];
    const entry = typeof step === 'symbol' ? entries[0] : entries.find(([key]) => key === step);
    here = entry?.[step === KEY ? 0 : 1];
  }
  return typeof here === 'string' ? here : undefined;
}

/** `record` with this text in a place, and where that is, as a path of keys and indices. */
export function withText(
  record: object,
  { steps }: Place,
  text: string,
): { readonly record: Json; readonly at: readonly (string | number)[] } {
  const at: (string | number)[] = [];
  const put = (here: unknown, [step, ...rest]: readonly Step[]): unknown => {
    if (step === undefined) return text;
    if (Array.isArray(here)) {
      at.push(0);
      return [put(here[0], rest), ...(here as unknown[]).slice(1)];
    }
    return Object.fromEntries(
      Object.entries(here as Record<string, unknown>).map(([key, value], i) => {
        const meant = typeof step === 'symbol' ? i === 0 : key === step;
        if (!meant) return [key, value];
        at.push(step === KEY ? text : key);
        return step === KEY ? [text, value] : [key, put(value, rest)];
      }),
    );
  };
  return { record: put(record, steps) as Json, at };
}
