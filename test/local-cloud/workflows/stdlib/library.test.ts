import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../../local-cloud/workflows/run/json.ts';
import { evaluate, execute, executeInTime, tagOf, testHost } from '../support/host.ts';

const json = async (expression: string, argument: unknown = null): Promise<unknown> =>
  JSON.parse(printable(await evaluate(expression, argument)));

describe('library values', () => {
  it.each([
    // Expression helpers
    ['double("1.5")', 1.5],
    ['double(2)', 2],
    ['int("-7")', -7],
    ['int(-7.9)', -7],
    ['string(1.5)', '1.5'],
    ['string(true)', 'true'],
    ['keys({"b": 1, "a": 2})', ['b', 'a']],
    ['len("añ😀")', 3],
    ['len([1, 2])', 2],
    ['len({"a": 1})', 1],
    ['default(null, 5)', 5],
    ['default(false, 5)', false],
    ['if(1 < 2, "y", "n")', 'y'],
    ['get_type([1, 1.0, "a", true, null, {}][1])', 'double'],
    [
      '[get_type(1), get_type("a"), get_type(true), get_type(null)]',
      ['integer', 'string', 'boolean', 'null'],
    ],
    ['[get_type([]), get_type({}), get_type(text.encode("a"))]', ['list', 'map', 'bytes']],
    ['int("+7")', 7],
    ['double("-1e3")', -1000],
    // base64, hash, json: the hash is the documentation's own vector.
    ['base64.encode(text.encode("Hello World"))', 'SGVsbG8gV29ybGQ='],
    ['base64.encode(text.encode("Hello World"), false)', 'SGVsbG8gV29ybGQ'],
    ['text.decode(base64.decode("SGVsbG8gV29ybGQ="))', 'Hello World'],
    ['text.decode(base64.decode("SGVsbG8gV29ybGQ", false))', 'Hello World'],
    [
      'base64.encode(hash.compute_checksum(text.encode("Hello World"), "SHA256"))',
      'pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4=',
    ],
    ['len(base64.encode(hash.compute_hmac(text.encode("k"), text.encode("d"), "MD5")))', 24],
    ['json.decode("{\\"a\\": [1, 2.5]}")', { a: [1, 2.5] }],
    ['json.encode_to_string({"b": 1, "a": {"d": 1, "c": 2}})', '{"a":{"c":2,"d":1},"b":1}'],
    ['json.encode_to_string({"a": [1, {}]})', '{"a":[1,{}]}'],
    ['json.encode_to_string({"a": [1]}, true)', '{\n  "a": [\n    1\n  ]\n}'],
    ['json.encode_to_string([1], {"prefix": "> ", "indent": "-"})', '[\n> -1\n> ]'],
    ['text.decode(json.encode("é"))', '"é"'],
    // list, map, math
    ['list.concat([1], [2])', [1, [2]]],
    ['list.prepend([1], 0)', [0, 1]],
    ['map.get({"a": {"b": 1}}, ["a", "b"])', 1],
    ['map.get({"a": 1}, "b")', null],
    ['map.get("no map", "b")', null],
    ['map.get({"a": 1}, ["a", "b"])', null],
    ['map.delete({"a": 1, "b": 2}, "a")', { b: 2 }],
    ['map.merge({"a": {"x": 1}}, {"a": {"y": 2}})', { a: { y: 2 } }],
    ['map.merge_nested({"a": {"x": 1}}, {"a": {"y": 2}})', { a: { x: 1, y: 2 } }],
    ['math.abs(-3)', 3],
    ['math.floor(-1.5)', -2],
    ['math.floor(3)', 3],
    ['math.abs(-1.5)', 1.5],
    ['math.max(1, 2.5)', 2.5],
    ['math.min(1, 2.5)', 1],
    // text
    ['text.find_all("banana", "an")', [1, 3]],
    [
      'text.find_all_regex("HelloWorld", "Hello|World")',
      [
        { index: 0, match: 'Hello' },
        { index: 5, match: 'World' },
      ],
    ],
    ['text.find_all_regex("aab", "a|aa|aab")', [{ index: 0, match: 'aab' }]],
    ['text.match_regex("hello world", "o w")', true],
    ['text.match_regex("hello", "^l")', false],
    ['text.replace_all("a.a", ".", "$&")', 'a$&a'],
    ['text.replace_all_regex("abc", "b", "[$0]")', 'a[$0]c'],
    ['text.replace_all_regex("abc", "", "-")', '-a-b-c-'],
    ['text.split("a,b,c", ",")', ['a', 'b', 'c']],
    ['text.split("a😀", "")', ['a', '😀']],
    ['text.split("", ",")', ['']],
    ['text.replace_all("a😀", "", "-")', '-a-😀-'],
    ['text.replace_all_regex("a😀", "", "-")', '-a-😀-'],
    ['text.find_all("añ😀a", "a")', [0, 3]],
    ['text.find_all("aaa", "aa")', [0]],
    ['text.find_all_regex("😀b", "b")', [{ index: 1, match: 'b' }]],
    ['text.match_regex("ABC", "(?i)^abc$")', true],
    ['text.replace_all_regex("ab", "a|ab", "x")', 'x'],
    ['text.substring("añ😀x", 1, 3)', 'ñ😀'],
    ['text.substring("abc", 2, 9)', 'c'],
    ['text.substring("abc", 5, 9)', ''],
    ['text.decode(text.encode("é", "ISO-8859-1"), "ISO-8859-1")', 'é'],
    ['text.to_upper("aé")', 'AÉ'],
    ['text.to_lower("AÉ")', 'aé'],
    ['text.url_encode("a b/c!*")', 'a%20b%2Fc%21%2A'],
    ['text.url_encode_plus("a b")', 'a+b'],
    ['text.url_decode("a%20b+c")', 'a b c'],
    // time
    ['time.format(1715174578.120062)', '2024-05-08T13:22:58.120062Z'],
    ['time.format(0, "America/New_York")', '1969-12-31T19:00:00.000000-05:00'],
    ['time.parse("2024-05-08T13:22:58.120062Z")', 1715174578.120062],
    ['time.parse("2024-05-08T15:22:58+02:00")', 1715174578],
    // sys
    ['sys.get_env("GOOGLE_CLOUD_PROJECT_ID")', 'acme'],
    ['sys.get_env("GOOGLE_CLOUD_PROJECT_NUMBER")', '123'],
    ['sys.get_env("COLOUR")', 'green'],
    ['sys.get_env("NOPE")', null],
    ['sys.get_env("NOPE", "d")', 'd'],
    ['len(uuid.generate())', 36],
    ['http.default_retry.max_retries', 5],
    ['retry.default_backoff.multiplier', 1.25],
  ])('%s', async (expression, want) => {
    expect(await json(expression)).toEqual(want);
  });

  it.each([
    ['int("1.5")', 'ValueError'],
    ['int(null)', 'TypeError'],
    ['int("9223372036854775808")', 'ValueError'],
    ['double("x")', 'ValueError'],
    ['len(1)', 'TypeError'],
    ['keys([1])', 'TypeError'],
    ['if("yes", 1, 2)', 'TypeError'],
    ['default({"a": 1}.b, 2)', 'KeyError'],
    ['json.decode("{")', 'ValueError'],
    ['json.encode(text.encode("x"))', 'TypeError'],
    ['base64.decode("a%")', 'ValueError'],
    ['base64.encode("text")', 'TypeError'],
    ['hash.compute_checksum(text.encode("x"), "CRC")', 'ValueError'],
    ['map.get({}, 1)', 'TypeError'],
    ['map.merge({}, [])', 'TypeError'],
    ['text.match_regex("a", "(")', 'ValueError'],
    ['text.match_regex("a", "(?=a)")', 'ValueError'],
    ['text.match_regex("aa", "(a)\\\\1")', 'ValueError'],
    ['text.match_regex("a", 1)', 'TypeError'],
    ['text.replace_all("a", "a", 1)', 'TypeError'],
    ['text.substring("abc", -1, 2)', 'ValueError'],
    ['text.substring("abc", 2, 1)', 'ValueError'],
    ['text.substring("abc", 0.5, 1)', 'TypeError'],
    ['text.encode("€", "ISO-8859-1")', 'ValueError'],
    ['text.encode("é", "US-ASCII")', 'ValueError'],
    ['text.decode(text.encode("é"), "US-ASCII")', 'ValueError'],
    ['text.decode(base64.decode("/w=="))', 'ValueError'],
    ['text.encode("a", "EBCDIC")', 'ValueError'],
    ['text.decode("a")', 'TypeError'],
    ['base64.decode("YQ")', 'ValueError'],
    ['base64.decode("YQ==", false)', 'ValueError'],
    ['base64.decode("YQ==", 1)', 'TypeError'],
    ['hash.compute_checksum("a", "MD5")', 'TypeError'],
    ['hash.compute_hmac(text.encode("k"), "d", "MD5")', 'TypeError'],
    ['math.abs(-9223372036854775808)', 'ValueError'],
    ['math.abs("1")', 'TypeError'],
    ['math.floor(1e300)', 'ValueError'],
    ['math.max(1, "2")', 'TypeError'],
    ['double(true)', 'TypeError'],
    ['double("1,5")', 'ValueError'],
    ['int(1e19)', 'ValueError'],
    ['string(null)', 'TypeError'],
    ['string([1])', 'TypeError'],
    ['list.concat({}, 1)', 'TypeError'],
    ['list.prepend(null, 1)', 'TypeError'],
    ['map.delete({}, 1)', 'TypeError'],
    ['map.get({"a": {}}, ["a", 1])', 'TypeError'],
    ['map.merge_nested({}, [])', 'TypeError'],
    ['json.encode({"a": 1}, "  ")', 'TypeError'],
    ['json.decode(1)', 'TypeError'],
    ['sys.get_env(1)', 'TypeError'],
    ['sys.get_env("NOPE", 1)', 'TypeError'],
    ['time.parse("2024-02-30T00:00:00Z")', 'ValueError'],
    ['time.parse("2024-01-01T24:00:00Z")', 'ValueError'],
    ['time.parse("2024-01-01")', 'ValueError'],
    ['time.parse("2024-01-01T00:00:00")', 'ValueError'],
    ['time.parse(1)', 'TypeError'],
    ['time.format("1")', 'TypeError'],
    ['text.url_decode("%zz")', 'ValueError'],
    ['time.parse("yesterday")', 'ValueError'],
    ['time.format(0, "Mars/Olympus")', 'ValueError'],
  ])('%s raises %s', async (expression, tag) => {
    expect(await tagOf(evaluate(expression))).toBe(tag);
  });
});

describe('laws', () => {
  it('every character of a long text can be found, each counted once', async () => {
    const long = 'a'.repeat(64 * 1024);
    expect(await json('len(text.find_all(x, "a"))', long)).toBe(long.length);
    expect(await json('len(text.find_all_regex(x, "a"))', long)).toBe(long.length);
  });

  it('text survives encoding and decoding', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        expect(await json('text.decode(base64.decode(base64.encode(text.encode(x))))', text)).toBe(text);
        expect(await json('text.url_decode(text.url_encode(x))', text)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  it('microseconds survive formatting and parsing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), async (micros) => {
        const seconds = micros / 1_000_000;
        expect(await json('time.parse(time.format(x))', seconds)).toBeCloseTo(seconds, 5);
      }),
      { numRuns: 40 },
    );
  });
});

describe('sys', () => {
  it('sleeps in cloud time, and until a time', async () => {
    const outcome = await executeInTime(`
- a: {assign: [{begin: "\${sys.now()}"}]}
- b: {call: sys.sleep, args: {seconds: 90}}
- c: {call: sys.sleep_until, args: {time: "2026-01-02T04:04:05Z"}}
- d: {return: "\${sys.now() - begin}"}`);
    expect(outcome.result).toBe(3600);
  });

  it('logs text, JSON and anything', async () => {
    const host = testHost();
    await execute(
      `
- a: {call: sys.log, args: {text: hello, severity: WARNING}}
- b: {call: sys.log, args: ["\${1 + 1}"]}
- c: {call: sys.log, args: {data: {k: 1}}}`,
      null,
      host,
    );
    expect(host.logged).toEqual([
      { severity: 'WARNING', entry: { text: 'hello' } },
      { severity: 'DEFAULT', entry: { text: '2' } },
      { severity: 'DEFAULT', entry: { json: new Map([['k', 1n]]) } },
    ]);
  });

  it.each([
    ['{text: a, data: b}', 'TypeError'],
    ['{}', 'TypeError'],
    ['{json: text}', 'TypeError'],
    ['{text: a, severity: LOUD}', 'ValueError'],
  ])('refuses to log %s', async (args, tag) => {
    expect(await tagOf(execute(`- a: {call: sys.log, args: ${args}}`))).toBe(tag);
  });
});
