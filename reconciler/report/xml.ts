/** A template tag for XML: what is not itself made with it is escaped, between tags and inside quoted attributes. */
import { printable } from './printable.ts';

export class Xml {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** The tag. Lists are joined without anything between; `null` shows nothing. */
  static of(parts: TemplateStringsArray, ...values: readonly XmlValue[]): Xml {
    return new Xml(
      values.reduce<string>((text, value, i) => text + shown(value) + (parts[i + 1] ?? ''), parts[0] ?? ''),
    );
  }
}

type XmlValue = Xml | string | number | null | readonly XmlValue[];

export const xml = (parts: TemplateStringsArray, ...values: readonly XmlValue[]): Xml =>
  Xml.of(parts, ...values);

function shown(value: XmlValue): string {
  if (value === null) return '';
  if (value instanceof Xml) return value.toString();
  if (typeof value === 'string' || typeof value === 'number') return escapeXml(String(value));
  return value.map(shown).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML has characters that it cannot hold in any spelling: `printable` has shown those, line breaks included. */
const escapeXml = (text: string): string =>
  printable(text)
    .replace(
      /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g,
      '\ufffd',
    )
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
