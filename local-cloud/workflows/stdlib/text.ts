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

/** Positions count characters, as `len` does, not UTF-16 units. */
const charIndex = (source: string, unit: number): bigint => BigInt(characters(source.slice(0, unit)).length);

function findAll(source: string, wanted: string): bigint[] {
  if (wanted === '') throw valueError('text.find_all: the text to find must not be empty');
  const found: bigint[] = [];
  for (let at = source.indexOf(wanted); at >= 0; at = source.indexOf(wanted, at + wanted.length)) {
    found.push(charIndex(source, at));
  }
  return found;
}

function findAllRegex(source: string, regexp: RE2JS): Value[] {
  const matcher = regexp.matcher(source);
  const found: Value[] = [];
  while (matcher.find()) {
    found.push(mapOf({ index: charIndex(source, matcher.start()), match: matcher.group() ?? '' }));
  }
  return found;
}

function substring(source: string, start: number, end: number): string {
  const all = characters(source);
  if (start < 0 || end > all.length || start > end) {
    throw valueError(`text.substring: ${start} to ${end} is outside a text of ${all.length} characters`);
  }
  return all.slice(start, end).join('');
}

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

function decode(data: Uint8Array, charset: BufferEncoding): string {
  const bytes = Buffer.from(data);
  const text = bytes.toString(charset);
  if (charset === 'utf8' && !Buffer.from(text).equals(bytes)) throw valueError('text.decode: not UTF-8');
  return text;
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
    call: (args) => decode(args.bytes('data'), charsetOf(args)),
  },
  {
    name: 'text.encode',
    params: params('text', ['charset', 'UTF-8']),
    call: (args) => Buffer.from(args.string('text'), charsetOf(args)),
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
    call: (args) => args.string(SOURCE).replaceAll(args.string('substr'), () => args.string('repl')),
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
    call: (args) => args.string(SOURCE).split(args.string('separator')),
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
