/** Why a finding cannot be taken over into a record: for `plumb accept`, and for reports, which do not offer it then. */
import type { Finding } from '../model.ts';
import { maskedFindings } from './sensitive.ts';

/** What deep checks write in place of a value that Terraform calls sensitive. */
const MASKED = '(sensitive)';
/** Names under which people keep what must not be in a record. */
const SECRET_NAME = /pass(word|wd|phrase)?$|secret|token|credential|private|api_?key|_key$/i;

const CLASSES: ReadonlySet<Finding['class']> = new Set<Finding['class']>(['changed', 'extra', 'missing']);

/** Whatever the record says; undefined when it depends on the record. Of a masked finding as of the finding itself. */
export function takeoverRefusal(finding: Finding): string | undefined {
  const { class: name, field, have, from } = finding;
  if (name === 'pending') return 'it is pending: the record asks for it already, and a pass will apply it';
  if (!CLASSES.has(name)) return `it is ${name}, which is no value that a record could hold`;
  if (from === null)
    return 'no field of the record stands behind it; put it back, or accept it for a while with plumb except';
  if (name !== 'missing' && field === null) return 'the record has no field for a whole resource like it';
  const variable = /env\[([^\]]+)\]$/.exec(from)?.[1] ?? '';
  if (SECRET_NAME.test(variable)) return `${variable} looks like a secret, and a record holds none`;
  if (JSON.stringify(have).includes(MASKED) || isSecret(finding))
    return 'its value is sensitive, and a record holds no secrets';
  return undefined;
}

/** What no report would show. */
const isSecret = (finding: Finding): boolean =>
  maskedFindings([finding]).some(({ have }) => /«secret \d+»/.test(JSON.stringify(have)));
