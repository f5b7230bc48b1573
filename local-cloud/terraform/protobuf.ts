/**
 * A protocol buffers codec driven by a table: a message is an object of fields, its TypeScript type is inferred from
 * them. Only what tfplugin5 uses: varints, strings, bytes, messages, repeated fields and string-keyed maps.
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** One field: how its values are written, and how a value met on the wire joins what was read before. */
export interface Field<T> {
  readonly number: number;
  initial(): T;
  write(value: T, out: Writer): void;
  merge(previous: T, wire: WireValue): T;
}

/** Either a varint or a length-delimited piece; the other one is at its zero. */
interface WireValue {
  readonly varint: number;
  readonly bytes: Uint8Array;
}

type Fields = Readonly<Record<string, Field<unknown>>>;

/** The object type a set of fields decodes to. */
export type Decoded<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export interface Message<T> {
  /** Fields left out are at their zero, as on the wire. */
  encode(value: Partial<T>): Uint8Array;
  /** Unknown fields are skipped. Throws on truncated input. */
  decode(bytes: Uint8Array): T;
}

export function message<F extends Fields>(fields: F): Message<Decoded<F>> {
  const byNumber = new Map(Object.entries(fields).map(([name, field]) => [field.number, { name, field }]));
  return {
    encode: (value) => {
      const out = new Writer();
      for (const [name, field] of Object.entries(fields)) {
        const given = value[name];
        if (given !== undefined) field.write(given, out);
      }
      return out.bytes();
    },
    decode: (bytes) => {
      const result: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(fields)) result[name] = field.initial();
      readFields(bytes, (number, wire) => {
        const known = byNumber.get(number);
        if (known) result[known.name] = known.field.merge(result[known.name], wire);
      });
      return result as Decoded<F>;
    },
  };
}

export const string = (number: number): Field<string> => ({
  number,
  initial: () => '',
  write: (value, out) => value !== '' && out.piece(number, encodeText(value)),
  merge: (_, { bytes }) => decodeText(bytes),
});

export const bytes = (number: number): Field<Uint8Array> => ({
  number,
  initial: () => new Uint8Array(),
  write: (value, out) => value.length > 0 && out.piece(number, value),
  merge: (_, wire) => wire.bytes,
});

export const bool = (number: number): Field<boolean> => ({
  number,
  initial: () => false,
  write: (value, out) => value && out.varintField(number, 1),
  merge: (_, { varint }) => varint !== 0,
});

/** An integer from 0 to 2^53: enums, versions and counts; tfplugin5 carries no negative numbers. */
export const integer = (number: number): Field<number> => ({
  number,
  initial: () => 0,
  write: (value, out) => value !== 0 && out.varintField(number, value),
  merge: (_, { varint }) => varint,
});

/** Members of a oneof are written even when zero or empty: their presence is the choice. */
export const chosenString = (number: number): Field<string | undefined> => ({
  number,
  initial: () => undefined,
  write: (value, out) => value !== undefined && out.piece(number, encodeText(value)),
  merge: (_, { bytes }) => decodeText(bytes),
});

export const chosenInteger = (number: number): Field<number | undefined> => ({
  number,
  initial: () => undefined,
  write: (value, out) => value !== undefined && out.varintField(number, value),
  merge: (_, { varint }) => varint,
});

/** A sub-message; undefined when absent, which differs from an empty one. Lazy, so that messages may nest. */
export const embedded = <T>(number: number, of: () => Message<T>): Field<Partial<T> | undefined> => ({
  number,
  initial: () => undefined,
  write: (value, out) => value !== undefined && out.piece(number, of().encode(value)),
  merge: (_, { bytes }) => of().decode(bytes),
});

export const repeated = <T>(number: number, of: () => Message<T>): Field<readonly Partial<T>[]> => ({
  number,
  initial: () => [],
  write: (values, out) => {
    for (const value of values) out.piece(number, of().encode(value));
  },
  merge: (previous, { bytes }) => [...previous, of().decode(bytes)],
});

/** `map<string, V>`: on the wire a repeated message with the key in field 1 and the value in field 2. */
export const map = <T>(number: number, of: () => Message<T>): Field<Readonly<Record<string, Partial<T>>>> => {
  const entry = message({ key: string(1), value: embedded(2, of) });
  return {
    number,
    initial: () => ({}),
    write: (values, out) => {
      for (const [key, value] of Object.entries(values)) out.piece(number, entry.encode({ key, value }));
    },
    merge: (previous, { bytes }) => {
      const { key, value } = entry.decode(bytes);
      return { ...previous, [key]: value ?? of().decode(new Uint8Array()) };
    },
  };
};

const encodeText = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const decodeText = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8');

class Writer {
  readonly #pieces: Uint8Array[] = [];

  varintField(number: number, value: number): void {
    this.#pieces.push(varint(number * 8 + VARINT), varint(value));
  }

  piece(number: number, data: Uint8Array): void {
    this.#pieces.push(varint(number * 8 + LENGTH), varint(data.length), data);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}

/** Base 128, lowest group first. Arithmetic instead of shifts: JavaScript shifts stop at 32 bits. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Uint8Array.from(out);
}

function readFields(data: Uint8Array, visit: (number: number, wire: WireValue) => void): void {
  const reader = new Reader(data);
  while (!reader.done) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === VARINT) visit(number, { varint: reader.varint(), bytes: new Uint8Array() });
    else if (type === LENGTH) visit(number, { varint: 0, bytes: reader.take(reader.varint()) });
    else if (type === FIXED64) reader.take(8);
    else if (type === FIXED32) reader.take(4);
    else throw new Error(`protobuf: field ${number} has the unknown wire type ${type}`);
  }
}

class Reader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get done(): boolean {
    return this.#at >= this.#data.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#data[this.#at++];
      if (byte === undefined) throw new Error('protobuf: the message ends inside a number');
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#data.length) throw new Error('protobuf: the message ends inside a field');
    const start = this.#at;
    this.#at += length;
    return this.#data.subarray(start, this.#at);
  }
}
