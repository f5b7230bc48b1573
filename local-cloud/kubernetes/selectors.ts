/** Label and field selectors, as lists, watches and collection deletes take them. */
import type { Body, Json } from '../core/store.ts';
import { isObject, type Kube } from './object.ts';
import { badRequest } from './status.ts';

export type Selector = (object: Kube) => boolean;

/** Throws 400 on a selector that cannot be read. */
export function selectorOf(query: URLSearchParams): Selector {
  const labels = labelTests(query.get('labelSelector') ?? '');
  const fields = fieldTests(query.get('fieldSelector') ?? '');
  return (object) =>
    labels.every((test) => test(object.metadata.labels ?? {})) && fields.every((test) => test(object));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const SET = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALITY = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/;
const EXISTS = /^(!?)\s*([^\s=!(),]+)$/;

function labelTests(text: string): LabelTest[] {
  // Commas inside parentheses belong to a set.
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(labelTest);
}

function labelTest(part: string): LabelTest {
  const set = SET.exec(part);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '\u0000') === (operator === 'in');
  }
  const equality = EQUALITY.exec(part);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    // An absent label is different from every value.
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const exists = EXISTS.exec(part);
  if (exists) {
    const [, not, key = ''] = exists;
    return (labels) => key in labels === (not === '');
  }
  throw badRequest(`unable to parse requirement: found '${part}'`);
}

function fieldTests(text: string): Selector[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const found = EQUALITY.exec(part.trim());
      if (!found) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
      const [, path = '', operator, value = ''] = found;
      return (object) => (fieldAt(object, path) === value) === (operator !== '!=');
    });
}

function fieldAt(object: Body, path: string): string {
  let at: Json | undefined = object;
  for (const key of path.split('.')) at = isObject(at) ? at[key] : undefined;
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at) : '';
}
