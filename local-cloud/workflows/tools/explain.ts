/** Names the kind of each deploy error and says how to put it right. The service itself only says what is wrong. */
import type { Problem } from '../lang/problems.ts';
import { nearest } from './nearest.ts';

interface Explanation {
  readonly rule: string;
  readonly help: string;
  /** The word to point at inside the expression. */
  readonly word?: string;
}

interface Kind {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly help: string | ((found: RegExpExecArray, words: ReadonlySet<string>) => string);
}

/** Every key that can stand in a step. */
const STEP_KEYS =
  'assign, call, args, result, switch, for, parallel, try, retry, except, raise, return, steps, next';
const BLOCKING = 'use a call step with result, and the result in the expression';

/** First match wins. */
const KINDS: readonly Kind[] = [
  {
    rule: 'unknown-symbol',
    pattern: /symbol '(?<word>[^']+)' is neither/,
    help: ({ groups }, words) =>
      meant(groups?.['word'] ?? '', words) ??
      'assign it before; variables of loops, branches and except blocks end with their block',
  },
  {
    rule: 'unknown-function',
    pattern: /'(?<word>[^']+)' is neither a function nor a sub-workflow/,
    help: ({ groups }, words) =>
      meant(groups?.['word'] ?? '', words) ??
      'define a subworkflow of that name, or see the standard library',
  },
  { rule: 'blocking-call', pattern: /function '(?<word>[^']+)' waits/, help: BLOCKING },
  {
    rule: 'unshared-write',
    pattern: /variable '(?<word>[^']+)' is assigned in a parallel branch/,
    help: "add it to the parallel step's shared list, or assign another variable",
  },
  {
    rule: 'unknown-shared',
    pattern: /shared variable '(?<word>[^']+)'/,
    help: 'assign it before the parallel step',
  },
  {
    rule: 'wrong-arguments',
    pattern: /(?:unknown|missing) argument '(?<word>[^']+)'|takes at most/,
    help: 'see the parameters of what is called',
  },
  {
    rule: 'jump-across-border',
    pattern: /jump to step '(?<word>[^']+)' crosses/,
    help: 'leave a loop with next: break, or set a variable and jump behind the block',
  },
  {
    rule: 'unknown-step',
    pattern: /jump to step '(?<word>[^']+)'/,
    help: ({ groups }, words) =>
      meant(groups?.['word'] ?? '', words) ?? 'name a step of the same workflow, or end',
  },
  { rule: 'misplaced-jump', pattern: /'next: (?<word>\w+)'/, help: 'use it in a sequential for loop only' },
  {
    rule: 'return-in-branch',
    pattern: /return cannot be used in a parallel branch/,
    help: 'assign a shared variable and return it after the parallel step',
  },
  {
    rule: 'duplicate-step',
    pattern: /duplicate step name/,
    help: 'rename one; names are unique within a workflow or subworkflow',
  },
  {
    rule: 'expression-token',
    pattern: /token recognition error/,
    help: 'use straight quotes, close them, and write \\" inside a string; put the expression in single quotes for YAML',
  },
  {
    rule: 'expression-syntax',
    pattern: /parse error: in '/,
    help: 'an expression is one ${…} with names, operators and calls; strings inside it take double quotes',
  },
  {
    rule: 'expression-too-long',
    pattern: /expression is \d+ characters/,
    help: 'assign a part of it to a variable first',
  },
  {
    rule: 'yaml-syntax',
    pattern: /parse error: the source must be one document/,
    help: 'remove the line --- and what follows it, or put it into a file of its own',
  },
  {
    rule: 'yaml-syntax',
    pattern: /parse error: (?:lists and maps are nested|aliases unfold|the anchor)/,
    help: 'write out what the aliases stand for, or move a part into a subworkflow',
  },
  {
    rule: 'yaml-syntax',
    pattern: /parse error: Map keys must be unique/,
    help: 'remove one of the two, or rename it',
  },
  {
    rule: 'yaml-syntax',
    pattern: /parse error: the quote is never closed/,
    help: 'close it, or remove it',
  },
  {
    rule: 'yaml-syntax',
    pattern: /parse error: Tabs are not allowed/,
    help: 'indent with spaces',
  },
  {
    rule: 'yaml-syntax',
    pattern: /main\.yaml:\d+:\d+: parse error/,
    help: 'check indentation, colons and quotes around here; quote an expression that contains ": "',
  },
  { rule: 'source-too-large', pattern: /^source is \d+ bytes/, help: 'split it into several workflows' },
  {
    rule: 'unknown-key',
    pattern: /unknown key '(?<word>[^]*?)' in [^]*?(?:known keys: (?<known>.*)|$)/,
    help: ({ groups }) => {
      const known = (groups?.['known'] ?? STEP_KEYS).split(', ');
      return meant(groups?.['word'] ?? '', new Set(known)) ?? 'check the indentation, or remove it';
    },
  },
  {
    rule: 'loop-variable',
    pattern: /loop variable '(?<word>[^']+)' is used outside|are both named '(?<both>[^']+)'/,
    help: 'choose another name: a loop alone may use its variables',
  },
  {
    rule: 'for-under-try',
    pattern: /loop step name should not be empty/,
    help: 'write steps: under try, and the loop as a step in it (a known issue of the service)',
  },
  {
    rule: 'unknown-step-type',
    pattern: /a step needs one of/,
    help: 'check the spelling and the indentation of its keys',
  },
  { rule: 'missing-main', pattern: /'main' is missing/, help: 'add main: with steps:' },
  { rule: 'limit', pattern: /has 0 \w+; there must be/, help: 'add one, or remove the step' },
  {
    rule: 'limit',
    pattern: /there must be|the maximum is/,
    help: 'split it: this is a fixed limit of the service',
  },
  {
    rule: 'not-a-workflow',
    pattern: /^the source is empty|^the workflow must be/,
    help: 'begin with main: and its steps, or with a list of steps',
  },
  {
    rule: 'duplicate-name',
    pattern: /two (?:parameters|branches) named '(?<word>[^']+)'|shared lists '(?<listed>[^']+)' twice/,
    help: 'rename or remove one',
  },
  {
    rule: 'invalid-name',
    pattern: /must start with a letter|cannot be a step name|should not be empty and must be text/,
    help: 'choose another name; variables have letters, digits and underscores',
  },
  { rule: 'two-kinds', pattern: /cannot have both/, help: 'make two of it, or remove one' },
  {
    rule: 'wrong-value',
    pattern: /must be (?:between numbers|a positive integer|text, a number)|only exception_policy/,
    help: 'write such a value, or an expression that gives one where one may stand',
  },
  {
    rule: 'missing-part',
    pattern: /\bneeds?\b|has no steps/,
    help: 'add what is missing; if it is there, its indentation is wrong',
  },
  {
    rule: 'invalid-form',
    pattern: /must be (?:a |an )?(?:list|map|expression|variable)/,
    help: 'check the indentation: a list item begins with "- ", and what belongs to a key stands deeper than the key',
  },
];

/** Function names one can call are among the words, so that a typo in one is recognised as well. */
function meant(word: string, words: ReadonlySet<string>): string | undefined {
  const known = nearest(word, words);
  return known === undefined ? undefined : `did you mean ${known}?`;
}

/** `words` are the names that stand in the text or in the library. */
export function explain({ detail }: Problem, words: ReadonlySet<string>): Explanation {
  for (const { rule, pattern, help } of KINDS) {
    const found = pattern.exec(detail);
    if (found === null) continue;
    const word = found.groups?.['word'];
    return {
      rule,
      help: typeof help === 'string' ? help : help(found, words),
      ...(word !== undefined && { word }),
    };
  }
  return { rule: 'invalid-form', help: 'check the spelling and the indentation around here' };
}
