/** The planner: the law that nothing changed means nothing planned, for every type, and its rules one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, planResource } from '../../../local-cloud/terraform/plan.ts';
import { conform, schemas, type Block } from '../../../local-cloud/terraform/schema.ts';
import { isObject, UNKNOWN, type State, type Value } from '../../../local-cloud/terraform/values.ts';
import { configuration } from './arbitrary.ts';

const blockOf = (type: string): Block => schemas().resources.get(type)!.block;

/** What a service makes of a plan when it decides on nothing remarkable: unknowns get no value. */
function applied(block: Block, planned: State): State {
  const settle = (value: Value): Value => {
    if (value === UNKNOWN) return null;
    if (Array.isArray(value)) return value.map(settle);
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, settle(v)]))
      : value;
  };
  return conform(block, settle(planned) as State);
}

describe('law: what was applied and is configured the same plans no change', () => {
  it.each([...schemas().resources.keys()])('%s', (type) => {
    const block = blockOf(type);
    fc.assert(
      fc.property(configuration(block), (config) => {
        const state = applied(block, planResource(block, config, null).planned);
        const again = planResource(block, config, state);
        expect(again.replace).toEqual([]);
        expect(equal(again.planned, state)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a network that exists', () => {
  const block = blockOf('google_compute_network');
  const config = conform(block, { name: 'n', project: 'p', auto_create_subnetworks: false });
  const prior = applied(block, { ...planResource(block, config, null).planned, mtu: 1460, id: 'x' });

  it('keeps what the service chose', () => {
    expect(planResource(block, config, prior).planned['mtu']).toBe(1460);
  });

  it('is replaced when its name changes', () => {
    expect(planResource(block, { ...config, name: 'm' }, prior).replace).toEqual([['name']]);
  });

  it('is replaced when a name is only known after apply', () => {
    expect(planResource(block, { ...config, name: UNKNOWN }, prior).replace).toEqual([['name']]);
  });

  it('is changed in place when its routing mode changes', () => {
    const { planned, replace } = planResource(block, { ...config, routing_mode: 'GLOBAL' }, prior);
    expect(planned['routing_mode']).toBe('GLOBAL');
    expect(replace).toEqual([]);
  });

  it('gets its default back when an argument is taken out of the configuration', () => {
    const plan = planResource(block, { ...config, auto_create_subnetworks: null }, prior);
    expect(plan.planned['auto_create_subnetworks']).toBe(true);
    expect(plan.replace).toEqual([['auto_create_subnetworks']]);
  });
});

it('leaves to the service what is not configured of a new resource', () => {
  const block = blockOf('google_container_cluster');
  const { planned } = planResource(block, conform(block, { name: 'c' }), null);
  expect(planned['endpoint']).toBe(UNKNOWN);
  expect(planned['addons_config']).toBe(UNKNOWN);
  expect(planned['enable_shielded_nodes']).toBe(true);
});

it('takes a link and a name of one network for the same', () => {
  const block = blockOf('google_compute_subnetwork');
  const config = conform(block, { name: 's', network: 'projects/p/global/networks/n' });
  const link = 'https://www.googleapis.com/compute/v1/projects/p/global/networks/n';
  const prior = applied(block, { ...planResource(block, config, null).planned, network: link });
  expect(planResource(block, config, prior).planned['network']).toBe(link);
});

it('does not see a change in the order of a set', () => {
  const block = blockOf('google_container_node_pool');
  const config = conform(block, { cluster: 'c', node_locations: ['b', 'a'] });
  const prior = applied(block, { ...planResource(block, config, null).planned, node_locations: ['a', 'b'] });
  expect(equal(planResource(block, config, prior).planned, prior)).toBe(true);
});

it('pairs the blocks of a set by what they say, so that a changed one does not disturb the others', () => {
  const block = blockOf('google_compute_router_nat');
  const rule = (number: number, match: string) => ({ rule_number: number, match });
  const base = { name: 'n', router: 'r', source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS' };
  const before = conform(block, { ...base, rules: [rule(1, 'a'), rule(2, 'b')] });
  const prior = applied(block, planResource(block, before, null).planned);
  const after = conform(block, { ...base, rules: [rule(2, 'c'), rule(1, 'a')] });
  const { planned } = planResource(block, after, prior);
  expect(planned['rules']).toMatchObject([rule(2, 'c'), rule(1, 'a')]);
});

it('replaces a node pool when its machine gets another identity, and says where', () => {
  const block = blockOf('google_container_node_pool');
  const config = (account: string) =>
    conform(block, { cluster: 'c', node_config: [{ service_account: account }] });
  const before = conform(block, config('a@p'));
  const prior = applied(block, planResource(block, before, null).planned);
  expect(planResource(block, conform(block, config('b@p')), prior).replace).toEqual([
    ['node_config', 0, 'service_account'],
  ]);
});
