/**
 * What a sweep showed of each tenant, kept until that tenant's turn comes: compared fields and what tells its assets
 * apart, by part of the fleet. What many tenants tell is kept once and pointed at, and the lines are deflated once there
 * is much of them. The inventory answers in an order of its own, so all of a fleet is on the shelf at once; its bodies
 * never are.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json } from './model.ts';
import { Repeats } from './repeats.ts';
import { Slabs, type Place } from './slabs.ts';

/** Tenants that are loaded and judged together; their neighbours on the shelf are packed together. */
export const CHUNK = 64;

interface ShelfLimits {
  /** Bytes on the shelf that are left as they are. A fleet of a thousand tenants never gets beyond. */
  readonly unpacked: number;
  /** Room of one part of the fleet: less is not worth packing, as the packer's own tables are larger. */
  readonly room: number;
}

const LIMITS: ShelfLimits = { unpacked: 8 * 1024 * 1024, room: 8 * 1024 };

/** Lines of one part of the fleet. */
interface Box {
  /** Those not packed, each ended by a line feed. */
  room: Buffer;
  size: number;
  /** Where those are that were packed before them. */
  readonly packed: Place[];
}

/** What was put there of one tenant, by key. */
export type Shelved = ReadonlyMap<string, Json>;

/** Stand for a tenant's own names. JSON text holds no control characters, so they are told apart from all else. */
const MARKS = ['\u0001', '\u0002'] as const;

/** Up to two texts that much of what is told of a tenant holds: the longer first, should one hold the other. */
export type NamesOf = (ordinal: number) => readonly [string, string];

export class Shelf {
  readonly #boxes = new Map<number, Box>();
  readonly #slabs = new Slabs();
  readonly #repeats = new Repeats();
  readonly #namesOf: NamesOf;
  readonly #limits: ShelfLimits;
  #unpacked = 0;

  /** Without their names in it, most of one tenant's lines are those of others, and the rest much like them. */
  constructor(namesOf: NamesOf, limits = LIMITS) {
    this.#namesOf = namesOf;
    this.#limits = limits;
  }

  /** `ordinal`: the tenant's place in the fleet. The same key again replaces what was there. */
  put(ordinal: number, key: string, value: Json): void {
    const chunk = Math.floor(ordinal / CHUNK);
    const box = this.#boxes.get(chunk) ?? { room: NO_ROOM, size: 0, packed: [] };
    this.#boxes.set(chunk, box);
    const text = this.#unnamed(ordinal, JSON.stringify([key, value]));
    const line = `${ordinal}\t${this.#repeats.numberOf(text) ?? text}\n`;
    const bytes = Buffer.byteLength(line);
    if (box.size + bytes > box.room.length) this.#makeRoom(box, bytes);
    box.size += box.room.write(line, box.size);
    this.#unpacked += bytes;
  }

  /** Everything of one chunk, by ordinal; the shelf forgets it. */
  take(chunk: number): (ordinal: number) => Shelved | undefined {
    const lines = new Map<number, string[]>();
    const box = this.#boxes.get(chunk);
    this.#boxes.delete(chunk);
    this.#unpacked -= box?.size ?? 0;
    for (const line of box === undefined ? [] : this.#linesIn(box)) {
      const tab = line.indexOf('\t');
      const ordinal = Number(line.slice(0, tab));
      const ofTenant = lines.get(ordinal);
      if (ofTenant === undefined) lines.set(ordinal, [line.slice(tab + 1)]);
      else ofTenant.push(line.slice(tab + 1));
    }
    return (ordinal) => {
      const found = lines.get(ordinal);
      // Written by put.
      const pairs = found?.map(
        (text) => JSON.parse(this.#named(ordinal, this.#whole(text))) as [string, Json],
      );
      return pairs && new Map(pairs);
    };
  }

  /** In the order they were put there. */
  *#linesIn({ room, size, packed }: Box): Generator<string> {
    for (const place of packed) yield* textLines(inflateRawSync(this.#slabs.at(place)));
    yield* textLines(room.subarray(0, size));
  }

  /** What stands for itself is a list. */
  #whole(text: string): string {
    return text.startsWith('[') ? text : this.#repeats.textOf(Number(text));
  }

  #unnamed(ordinal: number, text: string): string {
    const [one, other] = this.#namesOf(ordinal);
    return swap(swap(text, one, MARKS[0]), other, MARKS[1]);
  }

  #named(ordinal: number, text: string): string {
    const [one, other] = this.#namesOf(ordinal);
    return swap(swap(text, MARKS[1], other), MARKS[0], one);
  }

  #makeRoom(box: Box, bytes: number): void {
    const { unpacked, room } = this.#limits;
    if (this.#unpacked > unpacked && box.size >= room / 2) {
      // Level 1: what is packed is so repetitive that more effort gains little.
      box.packed.push(this.#slabs.add(deflateRawSync(box.room.subarray(0, box.size), { level: 1 })));
      this.#unpacked -= box.size;
      box.size = 0;
      if (box.room.length > room) box.room = Buffer.allocUnsafeSlow(room);
    }
    const needed = box.size + bytes;
    if (needed <= box.room.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, room, 2 * box.room.length));
    box.room.copy(larger, 0, 0, box.size);
    box.room = larger;
  }
}

const NO_ROOM = Buffer.alloc(0);

/** The last line is ended, so nothing follows it. */
const textLines = (bytes: Buffer): string[] => bytes.toString().split('\n').slice(0, -1);

/** The other way round it gives the text back: no text holds a mark of its own. */
const swap = (text: string, from: string, to: string): string =>
  from === '' || !text.includes(from) ? text : text.replaceAll(from, () => to);
