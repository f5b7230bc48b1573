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
import { takeoverRefusal } from '../report/refusal.ts';
import { kindOf } from '../resources/index.ts';
import { assigned, type Read } from './assign.ts';

/** The record that asks for what a finding saw, or why there is none. */
export function takenOver(record: Json, finding: Finding): Read<Json> {
  const refusal = takeoverRefusal(finding);
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
