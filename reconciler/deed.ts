/**
 * Which write of a log made a difference, by what methods and requests tell of it. Pure. Requests are read loosely: each
 * service spells a field its own way, and a wrong guess would be worse than a low confidence.
 */
import { at, entriesAt, equal, isObject, listAt, textAt } from './json.ts';
import type { Write } from './log-entries.ts';
import type { Question } from './log-question.ts';
import type { Finding, Json } from './model.ts';
import { tail } from './resources/kind.ts';

/** A write that could have made the difference, and how sure that is. */
export interface Deed {
  readonly write: Write;
  readonly confidence: 'high' | 'medium' | 'low';
}

const REMOVING = /(^|\.)(delete|remove|destroy)[^.]*$/i;
const MAKING = /(^|\.)(insert|create)[^.]*$/i;

export const isRemoval = ({ method }: Write): boolean => REMOVING.test(method);

/**
 * The write that made the difference, by what methods and requests tell; null when none of them can have. `writes`
 * concern the resource or what it stands in, newest first.
 */
export function deedBehind(question: Question, writes: readonly Write[]): Deed | null {
  const { class: c, field } = question.finding;
  if (c === 'missing') return removal(question, writes);
  return field === null ? making(question, writes) : lastTouch(question, writes);
}

/** What nobody declared is there because somebody made it; when that is not in the log, whoever wrote it last. */
function making({ names }: Question, writes: readonly Write[]): Deed | null {
  const own = writes.filter((write) => names.includes(write.resource) && !isRemoval(write));
  const made = own.find(({ method }) => MAKING.test(method));
  if (made !== undefined) return { write: made, confidence: 'high' };
  const [last] = own;
  return last === undefined ? null : { write: last, confidence: 'low' };
}

/** What is gone was taken away by the last call that removes it, or what it stood in. */
function removal(question: Question, writes: readonly Write[]): Deed | null {
  for (const write of writes) {
    if (isRemoval(write)) return { write, confidence: 'high' };
    if (question.part !== null && question.names.includes(write.resource)) {
      const left = itemsOf(question.part, write);
      if (left === undefined && write.request === undefined) return { write, confidence: 'low' };
      // An update replaces the host whole, so what it does not tell is gone.
      if (left === undefined && /\.update$/i.test(write.method)) return { write, confidence: 'medium' };
      if (left !== undefined && partIn(question.part, left) === undefined)
        return { write, confidence: 'high' };
    }
  }
  return null;
}

/** The items a request says its host shall have; undefined when it does not speak of them. */
function itemsOf(part: NonNullable<Question['part']>, { request }: Write): readonly Json[] | undefined {
  const list = at(request, part.list);
  return Array.isArray(list) ? listAt(list) : undefined;
}

const partIn = ({ name }: NonNullable<Question['part']>, items: readonly Json[]): Json | undefined =>
  items.find((item) => textAt(item, 'name') === name);

/** What a request says about a field: its present value, the field, nothing; or nobody knows what it said. */
type Touch = 'value' | 'field' | 'unknown' | 'no';

/**
 * The newest write that set the field to what is there now; else the newest that names the field, or may have; else
 * the newest of all. A write that set it to something else does not explain what is there.
 */
function lastTouch(question: Question, writes: readonly Write[]): Deed | null {
  const candidates = writes.filter((write) => !isRemoval(write));
  const touches = candidates.map((write) => ({ write, touch: touchOf(question, write) }));
  const set = touches.find(({ touch }) => touch === 'value');
  if (set !== undefined) return { write: set.write, confidence: 'high' };
  const near = touches.find(({ touch }) => touch !== 'no');
  // A request nobody can read is the likelier the fewer others there are.
  if (near !== undefined) {
    const sure = near.touch === 'field' || candidates.length === 1;
    return { write: near.write, confidence: sure ? 'medium' : 'low' };
  }
  const last = candidates.find(({ resource }) => !question.parents.includes(resource));
  return last === undefined ? null : { write: last, confidence: 'low' };
}

function touchOf({ finding, part, parents }: Question, write: Write): Touch {
  const { leaf, item, words } = stepsOf(finding.field ?? '');
  if (parents.includes(write.resource) && !names(write.request, finding)) return 'no';
  if (write.request === undefined) return methodNames(write.method, leaf) ? 'field' : 'unknown';
  const scope = part === null ? write.request : (partIn(part, itemsOf(part, write) ?? []) ?? null);
  const found = valuesOf(scope, leaf);
  if (found.some((value) => holds(value, item, finding.have))) return 'value';
  if (found.length > 0 || methodNames(write.method, leaf)) return 'field';
  return words.some((word) => valuesOf(scope, word).length > 0) ? 'field' : 'no';
}

/** `config.labels[pool]`: the last word is `labels`, the item `pool`; the words before it are `config`. */
function stepsOf(path: string): { leaf: string; item: string | null; words: readonly string[] } {
  const item = /\[([^\]]*)\]$/.exec(path)?.[1] ?? null;
  const words = path
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .filter((word) => word !== '');
  return { leaf: words.at(-1) ?? path, item, words: words.slice(0, -1) };
}

/** `desiredNodePoolAutoscaling` asks for a new `autoscaling`, `…Autoscaling` of any request likewise. */
const sameWord = (key: string, word: string): boolean => {
  const [one, other] = [key.toLowerCase(), word.toLowerCase()];
  return one === other || (one.startsWith('desired') && one.endsWith(other));
};

/** Every value that stands under the word, at any depth. */
function valuesOf(body: Json | undefined, word: string): Json[] {
  if (Array.isArray(body)) return listAt(body).flatMap((item) => valuesOf(item, word));
  return entriesAt(body).flatMap(([key, value]) => [
    ...(sameWord(key, word) ? [value] : []),
    ...valuesOf(value, word),
  ]);
}

/** Whether a value of the request is what is there now: spelled as a link, a number in quotes, or an item of a list. */
function holds(value: Json, item: string | null, have: Json): boolean {
  if (item !== null) {
    const inside = Array.isArray(value)
      ? listAt(value).find((entry) => textAt(entry, 'name') === item || textAt(entry, 'key') === item)
      : at(value, item);
    if (inside === undefined) return false;
    return isObject(inside) ? entriesAt(inside).some(([, each]) => same(each, have)) : same(inside, have);
  }
  return same(value, have);
}

const same = (value: Json, have: Json): boolean =>
  equal(value, have) ||
  (typeof value === 'string' &&
    (typeof have === 'string' ? tail(value) === have : value === JSON.stringify(have)));

/** `…SetNodePoolSize` names the size; `DisableServiceAccount` what is `disabled` since. */
function methodNames(method: string, leaf: string): boolean {
  const name = (method.split('.').at(-1) ?? '').toLowerCase();
  const verb = /^[A-Z]?[a-z]+/.exec(method.split('.').at(-1) ?? '')?.[0].toLowerCase() ?? '';
  return name.includes(leaf.toLowerCase()) || (verb.length > 3 && leaf.toLowerCase().startsWith(verb));
}

/** Whether a request to the parent speaks of this very resource, e.g. by `desiredNodePoolId`. */
const names = (request: Json | undefined, { resource }: Finding): boolean => {
  const id = resource.slice(resource.indexOf('/') + 1);
  return entriesAt(request).some(
    ([, value]) => value === id || (isObject(value) && names(value, { resource } as Finding)),
  );
};
