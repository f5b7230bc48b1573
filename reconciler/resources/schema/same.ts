/** When two spellings are one value, by the type of the field. */
import { equal } from '../../json.ts';
import type { Json } from '../../model.ts';
import { canonicalQuantity } from '../../quantity.ts';
import type { Leaf } from './declare.ts';
import { Memo } from './memo.ts';

type Same = (want: Json, have: Json) => boolean;

const bothTexts =
  (same: (want: string, have: string) => boolean): Same =>
  (want, have) =>
    typeof want === 'string' && typeof have === 'string' ? same(want, have) : equal(want, have);

const sameWord = bothTexts((want, have) => want.toLowerCase() === have.toLowerCase());

/** A fleet writes few amounts in few ways. */
const amounts = new Memo<string>();
const sameQuantity = bothTexts(
  (want, have) => amounts.of(want, canonicalQuantity) === amounts.of(have, canonicalQuantity),
);

/** Each item as often on either side; the order does not count. */
function sameSet(want: Json, have: Json): boolean {
  if (!Array.isArray(want) || !Array.isArray(have)) return equal(want, have);
  const left = [...(have as readonly Json[])];
  return (
    want.length === left.length &&
    (want as readonly Json[]).every((item) => {
      const at = left.findIndex((other) => equal(item, other));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    })
  );
}

export const SAME: Readonly<Record<Leaf['type'], Same>> = {
  text: equal,
  word: sameWord,
  number: equal,
  flag: equal,
  name: equal,
  quantity: sameQuantity,
  set: sameSet,
  value: equal,
};
