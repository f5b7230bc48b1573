/** The checks Terraform leaves to the provider. */
import { describe, expect, it } from 'vitest';
import { conform, schemas } from '../../../local-cloud/terraform/schema.ts';
import { validateResource } from '../../../local-cloud/terraform/validate.ts';
import { UNKNOWN, type State } from '../../../local-cloud/terraform/values.ts';

function problems(type: string, config: State): { summary: string; detail?: string; path: unknown }[] {
  const schema = schemas().resources.get(type)!;
  return validateResource(schema, conform(schema.block, config));
}

describe('refuses', () => {
  it('a word outside the allowed ones, at the argument', () => {
    expect(problems('google_compute_network', { name: 'n', routing_mode: 'WORLD' })).toEqual([
      {
        summary: 'expected routing_mode to be one of ["REGIONAL" "GLOBAL" ""], got WORLD',
        path: ['routing_mode'],
      },
    ]);
  });

  it('a value for what only the service decides', () => {
    const [problem] = problems('google_compute_network', { name: 'n', self_link: 'x' });
    expect(problem).toMatchObject({ summary: 'Value for unconfigurable attribute', path: ['self_link'] });
  });

  it('a name no service would take', () => {
    expect(problems('google_compute_network', { name: 'Not_A_Name' })[0]?.path).toEqual(['name']);
  });

  it('arguments that exclude each other', () => {
    const config = {
      name: 'c',
      cluster_ipv4_cidr: '10.0.0.0/14',
      ip_allocation_policy: [{ stack_type: 'IPV4' }],
    };
    expect(problems('google_container_cluster', config)[0]).toMatchObject({
      summary: 'Conflicting configuration arguments',
      detail: '"cluster_ipv4_cidr": conflicts with ip_allocation_policy',
    });
  });

  it('a wrong word deep inside blocks, with the way to it', () => {
    const config = { cluster: 'c', node_config: [{ taint: [{ key: 'a', value: 'b', effect: 'NEVER' }] }] };
    expect(problems('google_container_node_pool', config)[0]?.path).toEqual([
      'node_config',
      0,
      'taint',
      0,
      'effect',
    ]);
  });

  it('a secret that says neither how nor where it is replicated', () => {
    const [problem] = problems('google_secret_manager_secret', { secret_id: 's', replication: [{}] });
    expect(problem?.summary).toBe('Invalid combination of arguments');
  });
});

it('does not judge what is not known yet', () => {
  expect(problems('google_compute_network', { name: UNKNOWN, routing_mode: UNKNOWN })).toEqual([]);
});
