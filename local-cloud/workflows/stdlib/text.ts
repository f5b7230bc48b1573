/** The module `text`. Its regular expressions are RE2: no lookaround, no backreferences, leftmost-longest matches. */
import { RE2JS } from 're2js';
import { valueError } from '../run/errors.ts';
import { characters, mapOf, type Value } from '../run/values.ts';
import { params, type Arguments, type LibraryFunction } from './function.ts';

function regexpOf(args: Arguments): RE2JS {
  const source = args.string('regexp');
  try {
    return RE2JS.compile(source, RE2JS.LONGEST_MATCH);
  } catch (error) {
    throw valueError(
      `invalid regular expression '${source}': ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Positions count characters, as `len` does, not UTF-16 units. Asked for rising units only, it counts each once. */
function charIndex(source: string): (unit: number) => bigint {
  let counted = 0;
  let index = 0;
  return (unit) => {
    index += characters(source.slice(counted, unit)).length;
    counted = unit;
    return BigInt(index);
  };
}

/** Assumed: the empty text is found nowhere, and is refused. */
function findAll(source: string, wanted: string): bigint[] {
  if (wanted === '') throw valueError('text.find_all: the text to find must not be empty');
  const found: bigint[] = [];
  const index = charIndex(source);
  for (let at = source.indexOf(wanted); at >= 0; at = source.indexOf(wanted, at + wanted.length)) {
    found.push(index(at));
  }
  return found;
}

function findAllRegex(source: string, regexp: RE2JS): Value[] {
  const matcher = regexp.matcher(source);
  const found: Value[] = [];
  const index = charIndex(source);
  while (matcher.find()) {
    found.push(mapOf({ index: index(matcher.start()), match: matcher.group() ?? '' }));
  }
  return found;
}

/** An empty text stands before and after each character: the docs say so of regular expressions, assumed for text. */
const replaceAll = (source: string, wanted: string, repl: string): string =>
  wanted === ''
    ? [repl, ...characters(source).map((char) => char + repl)].join('')
    : source.replaceAll(wanted, () => repl);

/** Never within a character, which JavaScript's own would do. */
const split = (source: string, separator: string): string[] =>
  separator === '' ? characters(source) : source.split(separator);

/**
 * What lies beyond the end is left out: an official demo (parallel summaries) cuts a text into chunks and goes past its
 * end. Assumed: a negative place, or an end before the start, is a ValueError.
 */
function substring(source: string, start: number, end: number): string {
  if (start < 0 || start > end) throw valueError(`text.substring: ${start} to ${end} is no part of a text`);
  return characters(source).slice(start, end).join('');
}

/** Assumed: which there are besides UTF-8. */
const CHARSETS: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'US-ASCII': 'ascii',
  ASCII: 'ascii',
  'ISO-8859-1': 'latin1',
  LATIN1: 'latin1',
  'UTF-16LE': 'utf16le',
};

function charsetOf(args: Arguments): BufferEncoding {
  const name = args.string('charset');
  const encoding = CHARSETS[name.toUpperCase()];
  if (encoding === undefined) throw valueError(`unknown charset '${name}'`);
  return encoding;
}

/** Node replaces or cuts off what a charset has no place for; written back, it shows. */
function decode(args: Arguments): string {
  const charset = charsetOf(args);
  const bytes = Buffer.from(args.bytes('data'));
  const text = bytes.toString(charset);
  if (Buffer.from(text, charset).equals(bytes)) return text;
  throw valueError(`text.decode: the bytes are not ${args.string('charset')}`);
}

function encode(args: Arguments): Uint8Array {
  const charset = charsetOf(args);
  const bytes = Buffer.from(args.string('text'), charset);
  if (bytes.toString(charset) === args.string('text')) return bytes;
  throw valueError(`text.encode: the text has characters that ${args.string('charset')} has not`);
}

/** Everything but letters, digits and `-_.~` is escaped. */
const urlEncode = (source: string): string =>
  encodeURIComponent(source).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function urlDecode(source: string): string {
  try {
    return decodeURIComponent(source.replaceAll('+', ' '));
  } catch {
    throw valueError(`text.url_decode: malformed escape in '${source}'`);
  }
}

const SOURCE = 'source';

export const TEXT: readonly LibraryFunction[] = [
  {
    name: 'text.decode',
    params: params('data', ['charset', 'UTF-8']),
    call: decode,
  },
  {
    name: 'text.encode',
    params: params('text', ['charset', 'UTF-8']),
    call: encode,
  },
  {
    name: 'text.find_all',
    params: params(SOURCE, 'substr'),
    call: (args) => findAll(args.string(SOURCE), args.string('substr')),
  },
  {
    name: 'text.find_all_regex',
    params: params(SOURCE, 'regexp'),
    call: (args) => findAllRegex(args.string(SOURCE), regexpOf(args)),
  },
  {
    name: 'text.match_regex',
    params: params(SOURCE, 'regexp'),
    call: (args) => regexpOf(args).matcher(args.string(SOURCE)).find(),
  },
  {
    name: 'text.replace_all',
    params: params(SOURCE, 'substr', 'repl'),
    call: (args) => replaceAll(args.string(SOURCE), args.string('substr'), args.string('repl')),
  },
  {
    name: 'text.replace_all_regex',
    params: params(SOURCE, 'regexp', 'repl'),
    // The replacement is plain text: there are no backreferences (documented).
    call: (args) =>
      regexpOf(args)
        .matcher(args.string(SOURCE))
        .replaceAll(RE2JS.quoteReplacement(args.string('repl'))),
  },
  {
    name: 'text.split',
    params: params(SOURCE, 'separator'),
    call: (args) => split(args.string(SOURCE), args.string('separator')),
  },
  {
    name: 'text.substring',
    params: params(SOURCE, 'start', 'end'),
    call: (args) => substring(args.string(SOURCE), args.integer('start'), args.integer('end')),
  },
  { name: 'text.to_lower', params: params(SOURCE), call: (args) => args.string(SOURCE).toLowerCase() },
  { name: 'text.to_upper', params: params(SOURCE), call: (args) => args.string(SOURCE).toUpperCase() },
  { name: 'text.url_decode', params: params(SOURCE), call: (args) => urlDecode(args.string(SOURCE)) },
  { name: 'text.url_encode', params: params(SOURCE), call: (args) => urlEncode(args.string(SOURCE)) },
  {
    name: 'text.url_encode_plus',
    params: params(SOURCE),
    call: (args) => urlEncode(args.string(SOURCE)).replaceAll('%20', '+'),
  },
];
