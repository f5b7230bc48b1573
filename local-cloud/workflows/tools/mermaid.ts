/**
 * A program as Mermaid text: one subgraph per routine, a node per step, edges for what may follow. Blocks of loops,
 * branches and error handling are subgraphs of their own; calls of subworkflows are dotted edges.
 */
import type { Body, Jump, Position, Program, Step } from '../lang/program.ts';
import type { Lines } from './findings.ts';

/** Longer conditions and names are cut: the graph is for the shape. */
const MAX_LABEL = 60;

export function mermaid(program: Program, lines: Lines, direction: 'TD' | 'LR'): string {
  const graph = new Graph(lines, program);
  const body = [...program.routines.values()].flatMap(({ name, params, steps }) => {
    const heading = `${name}(${params.map((param) => param.name).join(', ')})`;
    return graph.routine(name, heading, steps);
  });
  return [`flowchart ${direction}`, ...body, ...graph.calls, ''].join('\n');
}

/** Where an edge comes from, and what stands beside it. */
interface Loose {
  readonly from: string;
  readonly label?: string;
}

/** Where jumps lead at one place. */
interface Around {
  readonly routine: string;
  /** Node of `break` and `continue`. */
  readonly loop?: { readonly head: string; readonly after: Loose[] };
  readonly depth: number;
}

class Graph {
  readonly calls: string[] = [];
  readonly #lines: Lines;
  readonly #program: Program;
  readonly #edges: string[] = [];
  #blocks = 0;

  constructor(lines: Lines, program: Program) {
    this.#lines = lines;
    this.#program = program;
  }

  routine(name: string, heading: string, steps: readonly Step[]): string[] {
    this.#edges.length = 0;
    const around: Around = { routine: name, depth: 2 };
    const start = `${id(name)}__start`;
    const end = `${id(name)}__end`;
    const out: string[] = [];
    const loose = this.#steps(steps, [{ from: start }], around, out);
    for (const one of loose) this.#edge(one, end);
    return [
      `  subgraph ${id(name)}__all["${escape(heading)}"]`,
      `    ${start}([start])`,
      ...out,
      `    ${end}([end])`,
      ...this.#edges.map((edge) => `    ${edge}`),
      '  end',
    ];
  }

  /** Draws steps; what is loose afterwards goes on to whatever follows. */
  #steps(steps: readonly Step[], before: readonly Loose[], around: Around, out: string[]): Loose[] {
    let loose = [...before];
    for (const step of steps) {
      const node = this.#nodeOf(around.routine, step.name);
      for (const one of loose) this.#edge(one, node);
      loose = this.#body(step.body, node, step, around, out);
      if (step.next !== undefined) {
        for (const one of loose) this.#jump(one, step.next, around);
        loose = [];
      }
    }
    return loose;
  }

  #body(body: Body, node: string, step: Step, around: Around, out: string[]): Loose[] {
    const draw = ([open, close]: readonly [string, string], text: string) =>
      out.push(`${pad(around.depth)}${node}${open}"${escape(text.replace(/^\n/, '') || body.kind)}"${close}`);
    switch (body.kind) {
      case 'call':
        this.#calledFrom(node, body.callee);
        draw(
          this.#program.routines.has(body.callee) ? ['[[', ']]'] : ['[', ']'],
          `${step.name}\n${body.callee}`,
        );
        return [{ from: node }];
      case 'switch':
        draw(['{', '}'], step.name);
        return this.#switch(body, node, step, around, out);
      case 'for':
        draw(
          ['{{', '}}'],
          `${step.name}\nfor ${body.value} ${this.#text(body.over.kind, body.over.template.position)}`,
        );
        return this.#loop(body.steps, node, 'each', around, out);
      case 'parallel':
        draw(['[/', '/]'], `${step.name}\nparallel`);
        if (body.work.kind === 'for')
          return this.#loop(body.work.steps, node, 'each, in parallel', around, out);
        return body.work.branches.flatMap(({ name, steps }) =>
          this.#block(`branch ${name}`, steps, [{ from: node, label: name }], around, out),
        );
      case 'try':
        return this.#try(body, node, step, around, out);
      case 'return':
      case 'raise': {
        const verb = `${body.kind} ${this.#text('', body.value.position)}`;
        draw(body.kind === 'return' ? ['([', '])'] : ['>', ']'], `${step.name}\n${verb}`);
        return [];
      }
      case 'steps':
        draw(['[', ']'], step.name);
        return this.#steps(body.steps, [{ from: node }], around, out);
      case 'assign':
        draw(['[', ']'], `${step.name}\n${body.assignments.map(({ target }) => target.name).join(', ')} =`);
        return [{ from: node }];
      case 'jump':
        draw(['[', ']'], step.name);
        return [{ from: node }];
    }
  }

  #switch(
    body: Extract<Body, { kind: 'switch' }>,
    node: string,
    step: Step,
    around: Around,
    out: string[],
  ): Loose[] {
    const loose: Loose[] = body.arms.flatMap((arm, i): Loose[] => {
      const label = this.#text('', arm.condition.position);
      let ends: Loose[] = [{ from: node, label }];
      if (arm.body.kind !== 'jump') {
        const inner = `${node}__${i + 1}`;
        this.#edge({ from: node, label }, inner);
        ends = this.#body(arm.body, inner, { ...step, name: '' }, around, out);
      }
      if (arm.next === undefined) return ends;
      for (const one of ends) this.#jump(one, arm.next, around);
      return [];
    });
    const always = body.arms.some(
      ({ condition }) => condition.kind === 'literal' && condition.value === true,
    );
    return always ? loose : [...loose, { from: node, label: 'else' }];
  }

  #loop(steps: readonly Step[], node: string, label: string, around: Around, out: string[]): Loose[] {
    const after: Loose[] = [{ from: node, label: 'done' }];
    const ends = this.#block(
      'loop',
      steps,
      [{ from: node, label }],
      { ...around, loop: { head: node, after } },
      out,
    );
    for (const one of ends) this.#edge(one, node);
    return after;
  }

  #try(
    body: Extract<Body, { kind: 'try' }>,
    node: string,
    step: Step,
    around: Around,
    out: string[],
  ): Loose[] {
    const again = body.retry === undefined ? '' : '\nwith retry';
    out.push(`${pad(around.depth)}${node}[["${escape(`${step.name}\ntry${again}`)}"]]`);
    const tried: readonly Step[] =
      body.body.kind === 'steps'
        ? body.body.steps
        : [{ ...step, name: `${step.name}.try`, body: body.body }].map(withoutNext);
    const ends = this.#block('try', tried, [{ from: node }], around, out);
    if (body.except === undefined) return ends;
    const { as, steps } = body.except;
    return [...ends, ...this.#block(`except as ${as}`, steps, [{ from: node, label: 'error' }], around, out)];
  }

  #block(
    title: string,
    steps: readonly Step[],
    before: readonly Loose[],
    around: Around,
    out: string[],
  ): Loose[] {
    this.#blocks += 1;
    out.push(`${pad(around.depth)}subgraph block${this.#blocks}["${escape(title)}"]`);
    const loose = this.#steps(steps, before, { ...around, depth: around.depth + 1 }, out);
    out.push(`${pad(around.depth)}end`);
    return loose;
  }

  #jump(from: Loose, { target }: Jump, { routine, loop }: Around): void {
    if (target === 'end') this.#edge(from, `${id(routine)}__end`);
    else if (target === 'continue' && loop !== undefined) this.#edge(from, loop.head);
    else if (target === 'break' && loop !== undefined)
      loop.after.push({ ...from, label: from.label ?? 'break' });
    else this.#edge(from, this.#nodeOf(routine, target));
  }

  #edge({ from, label }: Loose, to: string): void {
    this.#edges.push(label === undefined ? `${from} --> ${to}` : `${from} -->|"${escape(label)}"| ${to}`);
  }

  #calledFrom(node: string, callee: string): void {
    if (this.#program.routines.has(callee)) this.calls.push(`  ${node} -.-> ${id(callee)}__start`);
  }

  #nodeOf(routine: string, step: string): string {
    return `${id(routine)}__${id(step)}`;
  }

  #text(before: string, position: Position): string {
    const text = this.#lines.text(position).replace(/^\$\{(.*)\}$/, '$1');
    return before === '' ? text : `${before} ${text}`;
  }
}

const withoutNext = ({ name, position, body }: Step): Step => ({ name, position, body });

const pad = (depth: number): string => '  '.repeat(depth);

/** Names may hold anything; node ids may not. What is replaced keeps its code, so that two names never become one. */
const id = (name: string): string =>
  `s_${name.replace(/[^A-Za-z0-9]/g, (char) => (char === '_' ? '_' : `_${(char.codePointAt(0) ?? 0).toString(16)}_`))}`;

/** Text inside quotes: Mermaid knows entities with # in place of &, and reads HTML. */
function escape(text: string): string {
  const short = text
    .split('\n')
    .map((line) => (line.length > MAX_LABEL ? `${line.slice(0, MAX_LABEL - 1)}…` : line));
  return short.map((line) => line.replace(/[#"<>&`|\\]/g, (char) => `#${char.charCodeAt(0)};`)).join('<br/>');
}
