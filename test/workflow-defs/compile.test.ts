/** What is deployed: the golden texts, their names, and that an independent reader sees the tree that was meant. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { parse } from 'yaml';
import type { Flow, Platform } from '../../reconciler/model.ts';
import { problemText } from '../../workflow-defs/check.ts';
import { compile, definitionOf, DefinitionError } from '../../workflow-defs/compile.ts';
import { MAX_NAME_CHARACTERS, MAX_SOURCE_BYTES } from '../../workflow-defs/limits.ts';
import { LOG } from '../../workflow-defs/functions.ts';
import { call, expr, give, goTo, routine, workflow, type Step } from '../../workflow-defs/tree.ts';
import { FLOWS, PLATFORM } from './platform.ts';

const golden = (flow: string) => `${import.meta.dirname}/../golden/workflow-defs/${flow}.yaml`;

describe.each(FLOWS)('the definition of %s', (flow) => {
  const definition = compile(flow, PLATFORM);

  test('is the golden text (vitest -u writes it anew)', async () => {
    await expect(definition.source).toMatchFileSnapshot(golden(flow));
  });

  test('is named by the hash of its text, within the rules for ids', () => {
    const hash = createHash('sha256').update(definition.source).digest('hex');
    expect(definition).toMatchObject({ hash, name: `plumb-${flow}-${hash.slice(0, 10)}` });
    expect(definition.name).toMatch(/^[a-z][-a-z0-9]*[a-z0-9]$/);
    expect(definition.name.length).toBeLessThanOrEqual(MAX_NAME_CHARACTERS);
  });

  test('has the same bytes every time', () => {
    expect(compile(flow, { ...PLATFORM })).toEqual(definition);
  });

  test('stays far below the size the service takes', () => {
    expect(Buffer.byteLength(definition.source)).toBeLessThan(MAX_SOURCE_BYTES / 2);
  });

  test('takes the fence before anything else, and calls nothing outside before it', () => {
    const { main } = parse(definition.source) as { main: { steps: Record<string, { call?: string }>[] } };
    expect(main.steps[0]).toMatchObject({ take_fence: { call: 'record' } });
    expect(main.steps[1]).toHaveProperty('take_fence_or_stop');
  });
});

test('compiles once for a platform, and gives nobody the means to change what others get', () => {
  const definition = compile('redeploy', PLATFORM);
  expect(compile('redeploy', PLATFORM)).toBe(definition);
  expect(compile('rebuild', PLATFORM)).not.toBe(definition);
  expect(() => Object.assign(definition, { source: 'other' })).toThrow(TypeError);
});

test('differs between platforms, because their constants are part of the text', () => {
  const other = compile('provision', { ...PLATFORM, stateBucket: 'another-bucket' });
  expect(other.name).not.toBe(compile('provision', PLATFORM).name);
  expect(other.source).toContain('"another-bucket"');
});

test('refuses a platform value that the service would evaluate, naming flow and step', () => {
  const hostile = { ...PLATFORM, stateBucket: '${sys.get_env("SECRET")}' };
  expect(() => compile('provision', hostile)).toThrow(DefinitionError);
  expect(() => compile('provision', hostile)).toThrow(/flow provision, main, step locate_state: the literal/);
});

describe('refuses a tree', () => {
  const refusal = (...steps: readonly Step[]) => {
    try {
      return definitionOf('rebuild', workflow(routine('main', ['args'], steps), [])).name;
    } catch (error) {
      return (error as DefinitionError).problems.map(problemText);
    }
  };

  test('that the service would not take', () => {
    expect(refusal(give('a', expr('nobody')), goTo('b', 'c'))).toEqual([
      'flow rebuild, main, step a: nothing assigns "nobody" where nobody can see it',
      'flow rebuild, main, step b: there is no way from here to "c"',
    ]);
  });

  test('in which a call could fail unheard', () => {
    expect(refusal(call('a', LOG, { text: 'x' }))).toEqual([
      'flow rebuild, main, step a: sys.log is not tried again, and nothing says why',
      'flow rebuild, main, step a: an error of sys.log would end the execution and never be recorded',
    ]);
  });

  test('whose text is too long', () => {
    expect(refusal(give('a', 'x'.repeat(MAX_SOURCE_BYTES)))).toEqual([
      expect.stringMatching(/^flow rebuild, main: the source has 131\d{3} bytes; the service takes 131072$/),
    ]);
  });

  test('no more than that', () => {
    expect(refusal(give('a', 1))).toMatch(/^plumb-rebuild-[0-9a-f]{10}$/);
  });
});

/** Strings that have broken template engines, shells or YAML readers before. */
const HOSTILE = fc.constantFrom(
  '${1 + 1}', 'x${y}', '$${a}', '$(id)', '`id`', '{{x}}', '!!js/function x', '&a *a', '- x', 'a: b', 'a #b', '"', "'",
  '\\', '\n', '\r\n  main:', '\t', '\u0000', '\u0085', '\u2028', '\ufeff', 'yes', 'null', '~', '0123', '1e3', '%', '@', '|', '>', '---', '...',
); // prettier-ignore
const anyText = fc
  .array(fc.oneof(HOSTILE, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 5 })
  .map((parts) => parts.join(''));

test('never lets a platform value become an expression or change the structure', () => {
  const base = parse(compile('provision', PLATFORM).source) as unknown;
  const platforms = fc.record({ project: anyText, region: anyText, database: anyText, stateBucket: anyText, stepsImage: anyText, terraformIdentity: anyText }); // prettier-ignore
  fc.assert(
    fc.property(platforms, (values) => {
      const platform: Platform = { ...PLATFORM, ...values };
      if (Object.values(values).some((value) => value.includes('${'))) {
        expect(() => compile('provision', platform)).toThrow(DefinitionError);
      } else {
        const have = parse(compile('provision', platform).source) as unknown;
        expect(shape(have)).toBe(shape(base));
        expect(JSON.stringify(have)).toContain(JSON.stringify(platform.stepsImage));
      }
    }),
    { numRuns: 100 },
  );
});

/** Keys, kinds and expressions, with every other string blanked out. */
function shape(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) =>
    typeof item === 'string' && !/^\$\{[\s\S]*\}$/.test(item) && key !== 'call' ? '' : item,
  );
}

test('takes a flow and a platform only: there is no way for tenant data to get into a definition', () => {
  expect(compile).toHaveLength(2);
  expectTypeOf(compile).parameters.toEqualTypeOf<[Flow, Platform]>();
});
