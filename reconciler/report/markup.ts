/**
 * A template tag for HTML in which escaping is what happens when nothing is said: only markup that was itself written
 * with this tag is taken over as it is.
 */

/** Text that is already safe HTML. Only the functions here make one. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** The tag. Arrays are joined without anything between; `null`, `undefined` and `false` show nothing. */
  static html(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
    const written = tightened(parts);
    let text = written[0] ?? '';
    for (const [index, value] of values.entries()) text += shown(value) + (written[index + 1] ?? '');
    return new Markup(text);
  }

  /** A script of ours, let in the same way. Never for text from outside. */
  static script(source: string): Markup {
    if (/<\/script|<!--/i.test(source)) throw new Error('a script must not end its own element');
    if (WIDE.test(source)) throw new Error('a script cannot hold character references');
    return new Markup(`<script>${source}</script>`);
  }

  /** A stylesheet of ours, byte for byte: a content policy knows it by its hash. Never for text from outside. */
  static style(css: string): Markup {
    if (/<\/style/i.test(css)) throw new Error('a stylesheet must not end its own element');
    if (WIDE.test(css)) throw new Error('a stylesheet cannot hold character references');
    return new Markup(`<style>${css}</style>`);
  }
}

const tight = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Templates are indented for their readers; a page of ten thousand tenants is not. What is filled in stays as it is. */
function tightened(parts: TemplateStringsArray): readonly string[] {
  const known = tight.get(parts) ?? parts.map((part) => part.replace(/\s*\n\s*/g, '\n'));
  tight.set(parts, known);
  return known;
}

export type MarkupValue = Markup | string | number | null | undefined | false | readonly MarkupValue[];

export const html = (parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup =>
  Markup.html(parts, ...values);

function shown(value: MarkupValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(shown).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // Old parsers read a backtick as a quote.
  '`': '&#96;',
};

/** Safe between tags and inside quoted attributes, which are the only two places the tag is used for. */
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);

const WIDE = /[\u{100}-\u{10ffff}]/u;

/**
 * The same page with every character beyond Latin-1 as a reference. One of them makes a browser keep all of a page in
 * two bytes a character, which takes it a third longer to open one of megabytes.
 */
export const narrowed = (page: Markup): string =>
  page.toString().replace(new RegExp(WIDE, 'gu'), (character) => `&#${String(character.codePointAt(0))};`);

/** An id or fragment that stays the same from report to report, whatever characters the name holds. */
export const anchor = (...parts: readonly string[]): string =>
  parts
    .join('/')
    .replace(/[^A-Za-z0-9./:=[\]-]/gu, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}_`);
