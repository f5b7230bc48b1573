/**
 * What a sweep showed of each tenant, kept until that tenant's turn comes: compared fields and what tells its assets
 * apart, as text, by part of the fleet, and deflated once there is much of it. The inventory answers in an order of its
 * own, so all of a fleet is on the shelf at once; its bodies never are.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json } from './model.ts';

/** Tenants that are loaded and judged together; their neighbours on the shelf are packed together. */
export const CHUNK = 128;

interface ShelfLimits {
  /** Text on the shelf that is left as it is. A fleet of a few thousand tenants never gets beyond. */
  readonly unpacked: number;
  /** Less of one part of the fleet than this is not worth packing: the packer's own tables are larger. */
  readonly packFrom: number;
}

const LIMITS: ShelfLimits = { unpacked: 16 * 1024 * 1024, packFrom: 16 * 1024 };

interface Box {
  lines: string[];
  size: number;
  readonly packed: Uint8Array[];
}

/** What was put there of one tenant, by key. */
export type Shelved = ReadonlyMap<string, Json>;

/** Stand for a tenant's own names. JSON text holds no control characters, so they are told apart from all else. */
const MARKS = ['\u0001', '\u0002'] as const;

/** Up to two texts that much of what is told of a tenant holds: the longer first, should one hold the other. */
export type NamesOf = (ordinal: number) => readonly [string, string];

export class Shelf {
  readonly #boxes = new Map<number, Box>();
  readonly #namesOf: NamesOf;
  readonly #limits: ShelfLimits;
  #unpacked = 0;

  /** Without their names in it, one tenant's lines are much like another's, and pack to a fraction. */
  constructor(namesOf: NamesOf, limits = LIMITS) {
    this.#namesOf = namesOf;
    this.#limits = limits;
  }

  /** `ordinal`: the tenant's place in the fleet. The same key again replaces what was there. */
  put(ordinal: number, key: string, value: Json): void {
    const chunk = Math.floor(ordinal / CHUNK);
    const box = this.#boxes.get(chunk) ?? { lines: [], size: 0, packed: [] };
    this.#boxes.set(chunk, box);
    const line = `${ordinal}\t${this.#unnamed(ordinal, JSON.stringify([key, value]))}`;
    box.lines.push(line);
    box.size += line.length;
    this.#unpacked += line.length;
    if (this.#unpacked > this.#limits.unpacked && box.size > this.#limits.packFrom) this.#pack(box);
  }

  /** Everything of one chunk, by ordinal; the shelf forgets it. */
  take(chunk: number): (ordinal: number) => Shelved | undefined {
    const lines = new Map<number, string[]>();
    const box = this.#boxes.get(chunk);
    this.#boxes.delete(chunk);
    this.#unpacked -= box?.size ?? 0;
    for (const line of box === undefined ? [] : linesIn(box)) {
      const tab = line.indexOf('\t');
      const ordinal = Number(line.slice(0, tab));
      const ofTenant = lines.get(ordinal);
      if (ofTenant === undefined) lines.set(ordinal, [line.slice(tab + 1)]);
      else ofTenant.push(line.slice(tab + 1));
    }
    return (ordinal) => {
      const found = lines.get(ordinal);
      // Written by put.
      const pairs = found?.map((text) => JSON.parse(this.#named(ordinal, text)) as [string, Json]);
      return pairs && new Map(pairs);
    };
  }

  #unnamed(ordinal: number, text: string): string {
    const [one, other] = this.#namesOf(ordinal);
    return swap(swap(text, one, MARKS[0]), other, MARKS[1]);
  }

  #named(ordinal: number, text: string): string {
    const [one, other] = this.#namesOf(ordinal);
    return swap(swap(text, MARKS[1], other), MARKS[0], one);
  }

  #pack(box: Box): void {
    // Level 1: what is packed is so repetitive that more effort gains little. Copied: the packer's answer is a small
    // piece of a large piece of memory, which would stay as well.
    box.packed.push(new Uint8Array(deflateRawSync(box.lines.join('\n'), { level: 1 })));
    this.#unpacked -= box.size;
    box.lines = [];
    box.size = 0;
  }
}

/** In the order they were put there. */
const linesIn = ({ packed, lines }: Box): string[] => [
  ...packed.flatMap((part) => inflateRawSync(part).toString().split('\n')),
  ...lines,
];

/** The other way round it gives the text back: no text holds a mark of its own. */
const swap = (text: string, from: string, to: string): string =>
  from === '' || !text.includes(from) ? text : text.replaceAll(from, () => to);
