/** What a launch sends, and what is refused before it is sent. */
import { expect, test } from 'vitest';
import type { ArgumentInput } from '../../reconciler/argument.ts';
import { firstIntent, launchable } from '../../reconciler/launchable.ts';
import { compile, DefinitionError } from '../../workflow-defs/compile.ts';
import { tenant } from '../support/records.ts';
import { FLOWS, PLATFORM } from '../workflow-defs/platform.ts';

const input = (change: Partial<ArgumentInput> = {}): ArgumentInput => ({
  tenant: tenant('globex'),
  applied: null,
  ledger: undefined,
  platform: PLATFORM,
  flow: 'provision',
  intent: 'globex-g1-provision-1',
  generation: 1,
  requester: 'plumbline',
  ...change,
});

test.each(FLOWS)(
  'sends the definition of %s, the same for every tenant, and what the tenant needs',
  (flow) => {
    const { definition, argument } = launchable(input({ flow }));
    expect(definition).toBe(compile(flow, PLATFORM));
    expect(launchable(input({ flow, tenant: tenant('acme') })).definition).toBe(definition);
    expect(argument).toMatchObject({ tenant: 'globex', flow, intent: 'globex-g1-provision-1' });
  },
);

test('names tenant, flow and step of a definition that would be refused', () => {
  const platform = { ...PLATFORM, stateBucket: '${x}' };
  const refused = () => launchable(input({ platform }));
  expect(refused).toThrow(DefinitionError);
  expect(refused).toThrow(
    /^tenant globex: the service would refuse this: flow provision, main, step locate_state: the literal "\$\{x\}" would be evaluated/,
  );
});

test('without a tenant, names flow and step', () => {
  expect(() => compile('rebuild', { ...PLATFORM, stepsImage: '${x}' })).toThrow(
    /^the service would refuse this: flow rebuild, main, step image: the literal/,
  );
});

test('names tenant and flow of an argument that would be refused', () => {
  const refused = () => launchable(input({ requester: 'x'.repeat(32 * 1024) }));
  expect(refused).toThrow(DefinitionError);
  expect(refused).toThrow(
    /^tenant globex: the service would refuse this: flow provision, main: the argument has \d+ bytes; the service takes 32768$/,
  );
});

test('passes on what is no fault of definition or argument', () => {
  const broken = { ...PLATFORM };
  Object.defineProperty(broken, 'stateBucket', {
    get: () => {
      throw new RangeError('no such setting');
    },
  });
  expect(() => launchable(input({ platform: broken }))).toThrow(RangeError);
});

test('foretells the intent of a first attempt', () => {
  expect(firstIntent(input({ generation: 7, flow: 'rebuild' }))).toBe('globex-g7-rebuild-1');
});
