/**
 * Fields of a record as people name them, `spec.cluster.nodePools[gpu].max`, and what the schema says of them. Keys
 * that are no plain words stand in brackets and quotes: `labels["cloud.example/pool"]`.
 */
import { schemaAt, type SchemaNode } from './json-schema.ts';
import { nearest } from './nearest.ts';

/** A key of an object, or an item of a list: by its name, or by its place where it has none. */
export type Step = { readonly key: string } | { readonly item: string };

const PLAIN = /^[A-Za-z_][-A-Za-z0-9_]*/;
const ITEM = /^\[([-A-Za-z0-9_.]+)\]/;
const QUOTED = /^\[("(?:[^"\\]|\\.)*")\]/;

/** Undefined when it is no path. */
export function parsePath(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const quoted = QUOTED.exec(rest);
    const item = ITEM.exec(rest);
    const plain = PLAIN.exec(steps.length > 0 && rest.startsWith('.') ? rest.slice(1) : rest);
    if (steps.length > 0 && quoted !== null) {
      const key = unquoted(quoted[1] ?? '');
      if (key === undefined) return undefined;
      steps.push({ key });
      rest = rest.slice(quoted[0].length);
    } else if (steps.length > 0 && item !== null) {
      steps.push({ item: item[1] ?? '' });
      rest = rest.slice(item[0].length);
    } else if (plain !== null && (steps.length === 0) !== rest.startsWith('.')) {
      steps.push({ key: plain[0] });
      rest = rest.slice(plain[0].length + (steps.length > 1 ? 1 : 0));
    } else return undefined;
  }
  return steps.length === 0 ? undefined : steps;
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

export function pathText(steps: readonly Step[]): string {
  const parts = steps.map((step, index) => {
    if ('item' in step) return `[${step.item}]`;
    if (PLAIN.exec(step.key)?.[0] !== step.key) return `[${JSON.stringify(step.key)}]`;
    return index === 0 ? step.key : `.${step.key}`;
  });
  return parts.join('');
}

export type Lookup =
  | { readonly known: true; readonly schema: SchemaNode }
  | {
      readonly known: false;
      /** As far as the schema knows it; empty: the document. */
      readonly parent: string;
      /** The step that it does not know. */
      readonly step: string;
      readonly near: string | undefined;
      readonly children: readonly string[];
    };

/**
 * What the schema says of a field. A list may be passed without naming an item (`spec.cluster.nodePools.max`), as
 * `kubectl explain` takes it.
 */
export function lookUp(steps: readonly Step[]): Lookup {
  const at: (string | number)[] = [];
  for (const [index, step] of steps.entries()) {
    if ('key' in step && schemaAt(at)?.items !== undefined) at.push(0);
    const next = [...at, 'key' in step ? step.key : 0];
    if (schemaAt(next) === undefined) {
      const name = 'key' in step ? step.key : `[${step.item}]`;
      const children = Object.keys(schemaAt(at)?.properties ?? {});
      const parent = pathText(steps.slice(0, index));
      return { known: false, parent, step: name, near: nearest(name, children), children };
    }
    at.push(...next.slice(at.length));
  }
  return { known: true, schema: schemaAt(at) ?? {} };
}

/** For messages: `spec has no field regoin; did you mean region?`. */
export function unknownField({ parent, step, near, children }: Extract<Lookup, { known: false }>): string {
  const whole = parent === '' ? 'a record' : parent;
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : children.length > 0
        ? `it has ${children.join(', ')}`
        : 'nothing is below it';
  return `${whole} has no field ${step}; ${hint}`;
}
