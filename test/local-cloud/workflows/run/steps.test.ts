import { describe, expect, it } from 'vitest';
import { execute, tagOf } from '../support/host.ts';

const result = async (source: string, argument: unknown = null): Promise<unknown> => {
  const outcome = await execute(source, argument);
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.result;
};

describe('assign', () => {
  it('goes from top to bottom and into maps and lists', async () => {
    expect(
      await result(`
- a:
    assign:
      - x: 1
      - y: \${x + 1}
      - l: [1, [2, 3]]
      - i: 1
      - l[i][i - 1]: two
      - m: {}
      - m.a: 1
      - m["b" + "c"]: 2
      - m.deep.er: 3
      - k: dynamic
      - n: {"\${k}": "\${x}", plain: 1}
      - empty:
- r: {return: ["\${y}", "\${l}", "\${m}", "\${n}", "\${empty}"]}`),
    ).toEqual([2, [1, ['two', 3]], { a: 1, bc: 2, deep: { er: 3 } }, { dynamic: 1, plain: 1 }, null]);
  });

  it('does not grow a list', async () => {
    expect(await tagOf(execute('- a: {assign: [{l: []}, {"l[0]": 1}]}'))).toBe('IndexError');
  });

  it('fails at run time when a variable was assigned on another path only', async () => {
    const source = '- a: {switch: [{condition: "${false}", assign: [{x: 1}]}]}\n- b: {return: "${x}"}';
    expect(await tagOf(execute(source))).toBe('KeyError');
  });
});

describe('switch', () => {
  const source = `
main:
  params: [x]
  steps:
  - s:
      switch:
        - {condition: "\${x == 1}", return: one}
        - {condition: "\${x == 2}", next: two}
        - {condition: "\${x == 3}", steps: [{three: {assign: [{y: 3}]}}, {back: {return: "\${y}"}}]}
        - {condition: "\${x == 4}", assign: [{y: 4}], next: four}
        - {condition: "\${x == 5}", call: sub, args: {v: 5}, result: y}
        - {condition: "\${x == 6}", raise: six}
        - {condition: "\${x == 7}"}
      next: otherwise
  - two: {return: two}
  - four: {return: "\${y}"}
  - otherwise: {return: "\${default(y, 0)}"}
sub: {params: [v], steps: [{a: {return: "\${v}"}}]}`;

  it.each([
    [1, 'one'],
    [2, 'two'],
    [3, 3],
    [4, 4],
    [5, 5],
  ])('takes the first true arm (%s)', async (x, want) => {
    expect(await result(source, x)).toBe(want);
  });

  it('raises from an arm', async () => {
    expect((await execute(source, 6)).error?.value).toBe('six');
  });

  it('refuses a condition that is no boolean', async () => {
    expect(await tagOf(execute('- s: {switch: [{condition: "${1}", next: end}]}'))).toBe('TypeError');
  });
});

describe('jumps', () => {
  it('end ends the routine with null, also from nested steps', async () => {
    expect(await result('- a: {steps: [{b: {next: end}}]}\n- c: {return: 1}')).toBeNull();
  });

  it('lead back, out of nested steps and into them', async () => {
    const outcome = await execute(`
- init: {assign: [{n: 0}]}
- outer:
    steps:
    - count: {assign: [{n: "\${n + 1}"}]}
    - check: {switch: [{condition: "\${n < 3}", next: count}]}
- middle: {switch: [{condition: "\${n == 3}", next: count}]}
- done: {return: "\${n}"}`);
    expect(outcome.result).toBe(4);
    expect(outcome.steps.filter((step) => step === 'count')).toHaveLength(4);
  });

  it('lead out of try and except', async () => {
    expect(
      await result(`
- a: {try: {steps: [{b: {next: z}}]}, except: {as: e, steps: [{c: {return: caught}}]}}
- y: {return: fell}
- z: {try: {raise: x}, except: {as: e, steps: [{d: {next: last}}]}}
- x: {return: fell}
- last: {return: out}`),
    ).toBe('out');
  });
});

describe('for', () => {
  it('goes over a list with an index, and knows break and continue', async () => {
    expect(
      await result(`
- init: {assign: [{out: []}]}
- loop:
    for:
      value: v
      index: i
      in: [a, b, c, d]
      steps:
      - pick: {switch: [{condition: '\${v == "b"}', next: continue}, {condition: '\${v == "d"}', next: break}]}
      - add: {assign: [{out: "\${list.concat(out, v + i)}"}]}
- r: {return: "\${out}"}`),
    ).toEqual(['a0', 'c2']);
  });

  it.each([
    ['[1, 3]', [1, 2, 3]],
    ['[3, 1]', []],
    ['[-1, 1]', [-1, 0, 1]],
    ['[-1.1, -1]', [-1.1]],
    ['"${[1, 1 + 1]}"', [1, 2]],
    ['["${0 + 1}", 2]', [1, 2]],
  ])('goes over the range %s', async (range, want) => {
    expect(
      await result(`
- init: {assign: [{out: []}]}
- loop: {for: {value: v, range: ${range}, steps: [{add: {assign: [{out: "\${list.concat(out, v)}"}]}}]}}
- r: {return: "\${out}"}`),
    ).toEqual(want);
  });

  it('refuses a map', async () => {
    expect(await tagOf(execute('- l: {for: {value: v, in: "${{}}", steps: [{a: {next: continue}}]}}'))).toBe(
      'TypeError',
    );
  });

  it('returns from the routine out of nested loops that wait', async () => {
    expect(
      await result(`
- l:
    for:
      value: v
      in: [1, 2]
      steps:
      - m:
          for:
            value: w
            in: [3, 4]
            steps:
            - wait: {call: sys.sleep, args: {seconds: 0}}
            - r: {switch: [{condition: "\${w == 4}", return: "\${v * w}"}]}`).catch(
        (error: unknown) => error,
      ),
    ).toBe(4);
  });
});

describe('subworkflows', () => {
  it('take named and positional arguments, with defaults', async () => {
    expect(
      await result(`
main:
  steps:
  - a: {call: sub, args: {p: 1}, result: x}
  - b: {call: sub, args: [1, 2], result: y}
  - c: {return: ["\${x}", "\${y}", "\${sub(1, 3)}", "\${sub(1, null)}"]}
sub:
  params: [p, q: text]
  steps: [{r: {return: ["\${p}", "\${q}"]}}]`),
    ).toEqual([
      [1, 'text'],
      [1, 2],
      [1, 3],
      [1, null],
    ]);
  });

  it('see nothing of their caller, and give null without a return', async () => {
    expect(
      await result(`
main:
  steps:
  - a: {assign: [{x: 1}]}
  - b: {call: sub, result: y}
  - c: {return: ["\${x}", "\${y}"]}
sub: {steps: [{a: {assign: [{x: 2}]}}]}`),
    ).toEqual([1, null]);
  });
});

describe('try', () => {
  it('catches a raised string as that string and a map as that map', async () => {
    expect(
      await result(`
- a: {try: {raise: boom}, except: {as: e, steps: [{s: {assign: [{x: "\${e}"}]}}]}}
- b: {try: {raise: {code: 5, why: w}}, except: {as: e, steps: [{t: {assign: [{y: "\${e.why}"}]}}]}}
- r: {return: 1}`).catch((error: unknown) => error),
    ).toBe(1);
  });

  it('catches what the service raises as a map with tags', async () => {
    expect(
      await result(`
- a:
    try: {call: json.decode, args: {data: "{"}, result: x}
    except:
      as: e
      steps:
      - r: {return: ["\${e.tags}", "\${\\"ValueError\\" in e.tags}"]}`),
    ).toEqual([['ValueError'], true]);
  });

  it('raises again what except raises', async () => {
    const { error } = await execute(
      '- a: {try: {raise: x}, except: {as: e, steps: [{b: {raise: "${e + 1}"}}]}}',
    );
    expect(error?.value).toBe('x1');
  });
});
