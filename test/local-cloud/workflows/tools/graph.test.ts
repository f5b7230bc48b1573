import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { graph } from '../../../../local-cloud/workflows/tools/graph.ts';
import { keptStreams, main, withFiles } from './support.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'golden', 'workflow-defs');

const drawn = (source: string): Promise<string> =>
  withFiles({ 'f.yaml': source }, (path) => {
    const streams = keptStreams();
    expect(graph(path('f.yaml'), { direction: 'TD' }, streams), streams.stderr).toBe(0);
    return streams.stdout;
  });

describe('graph', () => {
  it('draws steps, arms, jumps and ends', async () => {
    const text = await drawn(
      main(
        'a: {assign: [{x: 1}]}',
        "s: {switch: [{condition: '${x > 1}', next: a}, {condition: '${x == 1}', return: one}]}",
        'c: {call: sub, result: r}',
        "e: {return: '${r}'}",
      ) + 'sub: {steps: [{s: {return: 1}}]}\n',
    );
    expect(text).toBe(`flowchart TD
  subgraph s_main__all["main(args)"]
    s_main__start([start])
    s_main__s_a["a<br/>x ="]
    s_main__s_s{"s"}
    s_main__s_s__2(["return one"])
    s_main__s_c[["c<br/>sub"]]
    s_main__s_e(["e<br/>return r"])
    s_main__end([end])
    s_main__start --> s_main__s_a
    s_main__s_a --> s_main__s_s
    s_main__s_s -->|"x #62; 1"| s_main__s_a
    s_main__s_s -->|"x == 1"| s_main__s_s__2
    s_main__s_s -->|"else"| s_main__s_c
    s_main__s_c --> s_main__s_e
  end
  subgraph s_sub__all["sub()"]
    s_sub__start([start])
    s_sub__s_s(["s<br/>return 1"])
    s_sub__end([end])
    s_sub__start --> s_sub__s_s
  end
  s_main__s_c -.-> s_sub__start
`);
  });

  it('draws loops with break and continue, branches and error handling', async () => {
    const text = await drawn(
      main(
        "f: {for: {value: v, in: [1], steps: [{g: {switch: [{condition: '${v == 1}', next: continue}, {condition: '${v == 2}', next: break}]}}, {h: {call: sys.log, args: {data: '${v}'}}}]}}",
        'p: {parallel: {branches: [{b1: {steps: [{i: {call: sys.now}}]}}, {b2: {steps: [{j: {call: sys.now}}]}}]}}',
        "t: {try: {call: sys.now}, retry: '${http.default_retry}', except: {as: e, steps: [{k: {raise: '${e}'}}]}}",
      ),
    );
    for (const line of [
      's_main__s_f -->|"each"| s_main__s_g',
      's_main__s_g -->|"v == 1"| s_main__s_f',
      's_main__s_h --> s_main__s_f',
      's_main__s_f -->|"done"| s_main__s_p',
      's_main__s_g -->|"v == 2"| s_main__s_p',
      's_main__s_p -->|"b1"| s_main__s_i',
      's_main__s_p -->|"b2"| s_main__s_j',
      's_main__s_i --> s_main__s_t',
      's_main__s_j --> s_main__s_t',
      's_main__s_t[["t<br/>try<br/>with retry"]]',
      's_main__s_t -->|"error"| s_main__s_k',
      's_main__s_k>"k<br/>raise e"]',
    ]) {
      expect(text.split('\n').map((one) => one.trim())).toContain(line);
    }
  });

  it('keeps names and texts from becoming Mermaid of their own', async () => {
    const text = await drawn(
      main(`'end"]; click': {return: '<script>"x"]|'}`, `'a b': {return: 1}`, `a_b: {return: 2}`),
    );
    expect(text).not.toMatch(/<script|"\]; click/);
    expect(text).toContain('s_main__s_a_20_b');
    expect(text).toContain('s_main__s_a_b');
  });

  const files = readdirSync(GOLDEN).filter((name) => name.endsWith('.yaml'));
  it.each(files)('draws every node and subgraph of %s once, and edges between drawn nodes only', (name) => {
    const streams = keptStreams();
    graph(join(GOLDEN, name), { direction: 'LR' }, streams);
    const lines = streams.stdout.split('\n').map((line) => line.trim());
    const nodes = lines.flatMap((line) => /^(s_\w+)[[({>]/.exec(line)?.[1] ?? []);
    expect(new Set(nodes).size).toBe(nodes.length);
    for (const line of lines) {
      const [, from, to] = /^(s_\w+) -.*-> ?(?:\|".*"\| )?(s_\w+)$/.exec(line) ?? [];
      if (from === undefined) continue;
      expect(nodes).toContain(from);
      expect(nodes).toContain(to);
    }
    const opened = lines.filter((line) => line.startsWith('subgraph ')).length;
    expect(lines.filter((line) => line === 'end').length).toBe(opened);
  });
});
