/** Cloud Build replaces `$NAME` in every field of a build: no record may get a `$` into one. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseTenant } from '../../desired-state/parse.ts';
import { tenantSchema, type Tenant } from '../../desired-state/tenant.ts';
import { argumentOf } from '../../reconciler/argument.ts';
import type { Flow } from '../../reconciler/model.ts';
import { hostileText, ODD } from '../support/hostile.ts';
import { MARKED, markAt, PLACES, withText } from '../support/places.ts';
import { anyTenant } from '../support/any-record.ts';
import { tenant as exampleTenant } from '../support/records.ts';
import { PLATFORM } from './platform.ts';
import { inputOf, openIntent, programOf } from './fakes.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const SUBSTITUTIONS = [
  '$PROJECT_ID',
  '${BUILD_ID}',
  '$$',
  '$',
  '${_X}',
  '$(id)',
  '%24',
  'main',
  'web/api',
  '.',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...SUBSTITUTIONS), fc.stringMatching(/^[a-z0-9]{1,5}$/)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(''));
const source = fc.record({
  repository: hostile.map((path) => `https://git.example/${path}`),
  revision: hostile,
  folder: hostile,
});

/** The record with these sources, where the schema takes them; with the repository alone, where it does not. */
const withSource = (record: Tenant, { repository, ...rest }: Tenant['spec']['workload']['source']) => {
  const { spec } = record;
  const edited = (more: object) =>
    tenantSchema.safeParse({
      ...record,
      spec: { ...spec, workload: { ...spec.workload, source: { repository, ...more } } },
    });
  const whole = edited(rest);
  return whole.success ? whole.data : tenantSchema.parse(edited({}).data);
};

/** Runs the flow as the launch would, with a cluster that is known. */
async function run(flow: Flow, tenant: Tenant) {
  const intent = `${tenant.metadata.name}-g1-${flow}-1`;
  const told = argumentOf({
    tenant,
    applied: null,
    ledger: undefined,
    platform: PLATFORM,
    flow,
    intent,
    generation: 1,
    requester: tenant.spec.owner,
  });
  const argument = { ...told, deploy: { ...told.deploy, endpoint: 'gke.example' } };
  openIntent(world, argument);
  expect(await world.run(flow, argument)).toMatchObject({ state: 'SUCCEEDED', error: '' });
  return told;
}

/** MARKED with these texts, one for each place, where the schema takes them; elsewhere it keeps what it has. */
function hostileTenant(texts: readonly string[]): Tenant {
  let written: object = MARKED;
  let tenant = exampleTenant();
  for (const [i, place] of PLACES.entries()) {
    const { record } = withText(written, place, texts[i] ?? '');
    const parsed = parseTenant(record);
    if (!parsed.ok) continue;
    written = record as object;
    tenant = parsed.tenant;
  }
  return tenant;
}

/** All of it at once, but for what is no text at all. */
const WHOLE = ODD.filter((text) => text.isWellFormed()).join('');
const textOfEachPlace = fc.tuple(...PLACES.map((place) => hostileText(markAt(place))));

test('every text of a record reaches the steps as it was written, or is refused before', async () => {
  await fc.assert(
    fc.asyncProperty(textOfEachPlace, async (texts) => {
      const tenant = hostileTenant(texts);
      world.builds.length = 0;
      const told = await run('provision', tenant);
      const input = (program: string) =>
        inputOf(world.builds.find((build) => programOf(build) === program)!) as Record<string, unknown>;
      expect(input('terraform apply')['vars']).toEqual(JSON.parse(JSON.stringify(told.terraform.vars)));
      expect(input('deploy apply')).toMatchObject({
        manifests: JSON.parse(JSON.stringify(told.deploy.manifests)) as unknown,
        namespace: tenant.spec.workload.namespace,
      });
      expect(input('health-check ask')['path']).toBe(tenant.spec.workload.health.path);
      expect(JSON.stringify(told.deploy.manifests)).toContain(
        JSON.stringify(tenant.spec.workload.env[0]?.value),
      );
    }),
    { numRuns: 25, examples: [[PLACES.map(() => WHOLE) as never]] },
  );
});

test('no field of any build of any valid record holds a "$", and the step still learns the real URL', async () => {
  await fc.assert(
    fc.asyncProperty(anyTenant, source, async (record, from) => {
      const tenant = withSource(record, from);
      world.builds.length = 0;
      await run('provision', tenant);
      await run('decommission', tenant);
      expect(world.builds).toHaveLength(7);
      for (const { body } of world.builds) expect(JSON.stringify(body)).not.toContain('$');
      const image = world.builds.find((build) => programOf(build) === 'build-image build');
      const { repository, revision } = tenant.spec.workload.source;
      expect(image && inputOf(image)).toMatchObject({ repository, revision });
      expect(image?.body['source']).toMatchObject({ gitSource: { url: repository.replaceAll('$', '%24') } });
    }),
    {
      numRuns: 12,
      examples: [
        [exampleTenant(), { repository: 'https://git.example/$PROJECT_ID', revision: 'main', folder: '.' }],
      ],
    },
  );
});
