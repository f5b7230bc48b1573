/**
 * What a sweep showed of each tenant, kept until that tenant's turn comes: compared fields and what tells its assets
 * apart, as text, by part of the fleet, and deflated once there is much of it. The inventory answers in an order of its
 * own, so all of a fleet is on the shelf at once; its bodies never are.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json } from './model.ts';

/** Tenants that are loaded and judged together; their neighbours on the shelf are packed together. */
export const CHUNK = 128;

/** Text on the shelf that is left as it is. A fleet of a few thousand tenants never gets beyond. */
const UNPACKED_LIMIT = 24 * 1024 * 1024;

/** Less than this is not worth packing: the packer's own tables are larger. */
const PACK_FROM = 24 * 1024;

interface Box {
  lines: string[];
  size: number;
  readonly packed: Uint8Array[];
}

/** What was put there of one tenant, by key. */
export type Shelved = ReadonlyMap<string, Json>;

export class Shelf {
  readonly #boxes = new Map<number, Box>();
  #unpacked = 0;

  /** `ordinal`: the tenant's place in the fleet. The same key again replaces what was there. */
  put(ordinal: number, key: string, value: Json): void {
    const chunk = Math.floor(ordinal / CHUNK);
    const box = this.#boxes.get(chunk) ?? { lines: [], size: 0, packed: [] };
    this.#boxes.set(chunk, box);
    const line = JSON.stringify([ordinal, key, value]);
    box.lines.push(line);
    box.size += line.length;
    this.#unpacked += line.length;
    if (this.#unpacked > UNPACKED_LIMIT && box.size > PACK_FROM) this.#pack(box);
  }

  /** Everything of one chunk, by ordinal; the shelf forgets it. */
  take(chunk: number): Map<number, Shelved> {
    const taken = new Map<number, Map<string, Json>>();
    const box = this.#boxes.get(chunk);
    this.#boxes.delete(chunk);
    if (box === undefined) return taken;
    this.#unpacked -= box.size;
    for (const text of [
      ...box.packed.map((part) => inflateRawSync(part).toString()),
      `[${box.lines.join(',')}]`,
    ]) {
      for (const [ordinal, key, value] of JSON.parse(text) as [number, string, Json][]) {
        const ofTenant = taken.get(ordinal) ?? new Map<string, Json>();
        taken.set(ordinal, ofTenant.set(key, value));
      }
    }
    return taken;
  }

  #pack(box: Box): void {
    // Level 1: what is packed is so repetitive that more effort gains little. Copied: the packer's answer is a small
    // piece of a large piece of memory, which would stay as well.
    box.packed.push(new Uint8Array(deflateRawSync(`[${box.lines.join(',')}]`, { level: 1 })));
    this.#unpacked -= box.size;
    box.lines = [];
    box.size = 0;
  }
}
