/** The record as variables of `terraform/tenant/gcp`. Pure; travels as tfvars JSON, never pasted into HCL. */
import type { Tenant } from '../desired-state/tenant.ts';
import type { Json } from './model.ts';
import { namesOf } from './names.ts';

export function tfvarsOf(tenant: Tenant): Json {
  const { project, region, network, cluster, build } = tenant.spec;
  return {
    tenant: tenant.metadata.name,
    project,
    region,
    infra_identity: namesOf(tenant).infraIdentity,
    network: {
      subnet_range: network.subnet.range,
      pods_range: network.subnet.pods,
      services_range: network.subnet.services,
      nat_min_ports_per_vm: network.nat.minPortsPerVm,
    },
    cluster: {
      release_channel: cluster.releaseChannel,
      control_plane_range: cluster.controlPlaneRange,
      node_pools: Object.fromEntries(
        cluster.nodePools.map((pool) => [
          pool.name,
          {
            machine_type: pool.machineType,
            min: pool.min,
            max: pool.max,
            disk_size_gb: pool.diskSizeGb,
            ...(pool.accelerator && { accelerator: { ...pool.accelerator } }),
            labels: pool.labels,
            taints: pool.taints.map((taint) => ({ ...taint })),
          },
        ]),
      ),
    },
    worker_pool: { machine_type: build.machineType, disk_size_gb: build.diskSizeGb },
  };
}
