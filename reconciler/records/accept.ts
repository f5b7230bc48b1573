/**
 * A drift taken over into the record: what somebody made of a resource becomes what is wanted. It is tried out on the
 * record first: when the edited record would not ask for exactly what is there, it is refused. Pure.
 */
import { lookUp, parsePath, type Step } from '../../desired-state/field-path.ts';
import { schemaAt } from '../../desired-state/json-schema.ts';
import { parseTenant } from '../../desired-state/parse.ts';
import { expect } from '../expect.ts';
import { isObject } from '../json.ts';
import type { Finding, Json, Want } from '../model.ts';
import { kindOf } from '../resources/index.ts';
import { assigned, type Read } from './assign.ts';

/** What deep checks write in place of a value that Terraform calls sensitive. */
const MASKED = '(sensitive)';
/** Names under which people keep what must not be in a record. */
const SECRET_NAME = /pass(word|wd|phrase)?$|secret|token|credential|private|api_?key|_key$/i;

const CLASSES: ReadonlySet<string> = new Set(['changed', 'extra', 'missing']);

/** The record that asks for what a finding saw, or why there is none. */
export function takenOver(record: Json, finding: Finding): Read<Json> {
  const refusal = refusalOf(finding);
  if (refusal !== undefined) return { ok: false, problem: refusal };
  const gone = finding.class === 'missing';
  const steps = stepsOf(finding);
  if (steps === undefined) return noPlace(finding);
  const edit = assigned(record, [{ steps, value: gone ? undefined : finding.have }]);
  if (!edit.ok) return edit;
  const parsed = parseTenant(edit.value);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    return { ok: false, problem: `the record would be wrong: ${first?.path ?? ''} ${first?.message ?? ''}` };
  }
  const want = expect(parsed.tenant, null).find(({ id }) => id === finding.resource);
  const asks = askedFor(want, finding);
  return asks === undefined ? edit : { ok: false, problem: asks };
}

/** Why a finding cannot be taken over, whatever the record says. */
function refusalOf({ class: name, field, have, from }: Finding): string | undefined {
  if (name === 'pending') return 'it is pending: the record asks for it already, and a pass will apply it';
  if (!CLASSES.has(name)) return `it is ${name}, which is no value that a record could hold`;
  if (from === null)
    return 'no field of the record stands behind it; put it back, or accept it for a while with plumb except';
  if (name !== 'missing' && field === null) return 'the record has no field for a whole resource like it';
  if (JSON.stringify(have).includes(MASKED)) return 'its value is sensitive, and a record holds no secrets';
  const variable = /env\[([^\]]+)\]$/.exec(from)?.[1] ?? '';
  if (SECRET_NAME.test(variable)) return `${variable} looks like a secret, and a record holds none`;
  return undefined;
}

const noPlace = ({ from }: Finding): { ok: false; problem: string } => ({
  ok: false,
  problem: `${from ?? ''} is no field that can be set; edit the record: plumb edit`,
});

/** Findings name keys of maps in brackets, and items of a list without the field that holds their value. */
function stepsOf({ from, have, class: name }: Finding): readonly Step[] | undefined {
  const path = parsePath(from ?? '');
  if (path === undefined) return undefined;
  const at: (string | number)[] = [];
  const steps = path.map((step): Step => {
    const isItem = 'item' in step && schemaAt(at)?.items !== undefined;
    at.push(isItem ? 0 : 'item' in step ? step.item : step.key);
    return 'item' in step && !isItem ? { key: step.item } : step;
  });
  const found = lookUp(steps);
  if (!found.known) return undefined;
  const holdsValue =
    found.schema.properties?.['value'] !== undefined && !isObject(have) && name !== 'missing';
  return holdsValue ? [...steps, { key: 'value' }] : steps;
}

/** Undefined when the want is exactly what the finding saw. */
function askedFor(
  want: Want | undefined,
  { field, have, class: name, resource, from }: Finding,
): string | undefined {
  const place = from ?? '';
  if (name === 'missing') {
    const still = field === null ? want !== undefined : want?.fields[field] !== undefined;
    return still ? `without ${place} the record would still ask for it` : undefined;
  }
  const asked = want?.fields[field ?? '']?.want;
  if (want === undefined || asked === undefined)
    return `${place} does not decide ${resource} ${field ?? ''} alone`;
  const same = kindOf(want)?.same(field ?? '', asked, have) ?? false;
  return same ? undefined : `with ${place} set to it the record would ask for ${JSON.stringify(asked)}`;
}
