/** The ways in which one value may come back from an API, by the type of its field. */
import type { Json } from '../../reconciler/model.ts';
import type { Leaf } from '../../reconciler/resources/schema/declare.ts';
import type { Random } from './random.ts';

type Spellings = (value: Json, random: Random) => readonly Json[];

const asIs: Spellings = (value) => [value];
const ofText =
  (spell: (text: string) => readonly string[]): Spellings =>
  (value) =>
    typeof value === 'string' ? spell(value) : [value];

export const SPELLINGS: Readonly<Record<Leaf['type'], Spellings>> = {
  text: asIs,
  flag: asIs,
  number: (value) => (typeof value === 'number' ? [value, String(value)] : [value]),
  word: ofText((text) => [text, text.toLowerCase(), text.toUpperCase()]),
  name: ofText((text) => [
    text,
    `projects/p/global/things/${text}`,
    `https://www.googleapis.com/compute/v1/projects/p/global/things/${text}`,
  ]),
  quantity: ofText(quantities),
  set: (value, random) => [Array.isArray(value) ? random.shuffled(value as readonly Json[]) : value],
  value: (value, random) => [reordered(value, random)],
};

const SIZES: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

/** `500m` and `0.5`, `1Gi` and `1024Mi` and its bytes. */
function quantities(text: string): readonly string[] {
  const [, digits = '', unit = ''] = /^(\d+)(\D*)$/.exec(text) ?? [];
  const amount = Number(digits);
  if (digits === '') return [text];
  if (unit === 'm')
    return [text, String(amount / 1000), ...(amount % 1000 === 0 ? [String(amount / 1000)] : [])];
  const size = SIZES[unit] ?? 1;
  const bytes = amount * size;
  return [
    text,
    `${digits}.0${unit}`,
    ...(bytes <= 2 ** 40 ? [`${bytes * 1000}m`, String(bytes)] : []),
    ...Object.entries(SIZES).flatMap(([other, factor]) =>
      bytes % factor === 0 ? [`${bytes / factor}${other}`] : [],
    ),
  ];
}

/** The same JSON with the keys of its objects in another order. */
function reordered(value: Json, random: Random): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => reordered(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    random.shuffled(Object.entries(value)).map(([key, item]) => [key, reordered(item, random)]),
  );
}
