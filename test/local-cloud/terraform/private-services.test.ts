/** A VPC's private connection to Google's services: its peering, its reserved ranges, and who holds it in place. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../../../local-cloud/terraform/values.ts';
import { bareProvider, type BareProvider } from './bare-provider.ts';
import { CONNECTION, NETWORK, POOL, RANGE, SUBNET } from './examples.ts';

let tf: BareProvider;

describe('private services access', () => {
  const NETWORK_NAME = 'compute.googleapis.com/projects/p-prod/global/networks/vpc';
  const bodyOf = (name: string) => tf.cloud.resources.require(name).body;
  const addressOf = (name: string) =>
    bodyOf(`compute.googleapis.com/projects/p-prod/global/addresses/${name}`)['address'];
  let connection: State;
  beforeEach(async () => {
    tf = bareProvider();
    await tf.make(...NETWORK);
    await tf.make(...SUBNET);
    await tf.make(...RANGE);
    connection = await tf.make(...CONNECTION);
  });

  it('is a peering of the network, which the network itself leaves alone', async () => {
    const peerings = [{ name: 'servicenetworking-googleapis-com', state: 'ACTIVE' }];
    expect(bodyOf(NETWORK_NAME)['peerings']).toMatchObject(peerings);
    const network = { ...NETWORK[1], routing_mode: 'GLOBAL' };
    const prior = await tf.read(NETWORK[0], tf.plan(...NETWORK).planned);
    await tf.change(NETWORK[0], network, prior!);
    expect(bodyOf(NETWORK_NAME)).toMatchObject({ routingConfig: { routingMode: 'GLOBAL' }, peerings });
    await tf.remove(CONNECTION[0], connection);
    expect(bodyOf(NETWORK_NAME)).not.toHaveProperty('peerings');
  });

  it('reserves ranges that nothing else in the network has', async () => {
    await tf.make(RANGE[0], { ...RANGE[1], name: 'large', prefix_length: 12 });
    await tf.make(RANGE[0], { ...RANGE[1], name: 'small' });
    // 10.0.0.0/12 has the first range and the subnetwork in it, 10.16.0.0/12 the pods, 10.32.0.0/12 is free.
    expect(['pools', 'small', 'large'].map(addressOf)).toEqual(['10.0.0.0', '10.0.1.0', '10.32.0.0']);
    const clash = { ...RANGE[1], name: 'clash', address: '10.20.1.0' };
    await expect(tf.make(RANGE[0], clash)).rejects.toThrow('overlaps 10.20.0.0/16');
    const inside = { name: 'late', network: 'vpc', ip_cidr_range: '10.0.0.128/25' };
    await expect(tf.make(SUBNET[0], inside)).rejects.toThrow("conflicts with allocated range 'pools'");
  });

  it('comes before a worker pool and goes after it', async () => {
    const pool = await tf.make(...POOL);
    await expect(tf.remove(CONNECTION[0], connection)).rejects.toThrow('are still using this connection');
    await tf.remove(POOL[0], pool);
    await tf.remove(CONNECTION[0], connection);
    await expect(tf.make(...POOL)).rejects.toThrow(
      'has no private connection to servicenetworking.googleapis.com',
    );
  });

  it('keeps the network from being deleted, also when Terraform forgot it', async () => {
    await tf.remove(CONNECTION[0], { ...connection, deletion_policy: 'ABANDON' });
    for (const { name } of tf.cloud.resources.list({ prefix: 'compute.googleapis.com/' }))
      if (!name.includes('/networks/')) tf.cloud.resources.delete(name);
    const network = await tf.read(NETWORK[0], tf.plan(...NETWORK).planned);
    await expect(tf.remove(NETWORK[0], network!)).rejects.toThrow(
      "already being used by 'projects/p-prod/global/networks/vpc/networkPeerings/servicenetworking-googleapis-com'",
    );
  });

  it('is made again only with the ranges it had, unless told to change them', async () => {
    tf.cloud.resources.update(NETWORK_NAME, (network) => ({ ...network, peerings: [] }));
    expect(await tf.read(CONNECTION[0], connection)).toBeNull();
    await tf.make(RANGE[0], { ...RANGE[1], name: 'more' });
    const other = { ...CONNECTION[1], reserved_peering_ranges: ['pools', 'more'] };
    await expect(tf.make(CONNECTION[0], other)).rejects.toThrow('Cannot modify allocated ranges');
    connection = await tf.make(...CONNECTION);
    connection = await tf.change(CONNECTION[0], other, connection);
    expect(await tf.read(CONNECTION[0], connection)).toEqual(connection);
    tf.cloud.resources.update(NETWORK_NAME, (network) => ({ ...network, peerings: [] }));
    const forced = await tf.make(CONNECTION[0], { ...CONNECTION[1], update_on_creation_fail: true });
    expect(forced['reserved_peering_ranges']).toEqual(['pools']);
  });

  it.each([
    [{ reserved_peering_ranges: ['none'] }, 'Reserved range "none" is no global address'],
    [{ network: 'vpc' }, 'does not say its project'],
    [{ network: 'projects/p-prod/global/networks/none' }, 'was not found'],
  ])('refuses %j', async (wrong, message) => {
    await tf.remove(CONNECTION[0], connection);
    await expect(tf.make(CONNECTION[0], { ...CONNECTION[1], ...wrong })).rejects.toThrow(message);
  });
});
