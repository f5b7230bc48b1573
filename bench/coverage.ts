/** What telling a fleet's assets apart costs, against parsing the very pages they come in. */
import { contextOf, Survey } from '../reconciler/coverage.ts';
import type { Json } from '../reconciler/model.ts';
import type { Asset } from '../reconciler/ports.ts';
import { namesOf } from '../reconciler/names.ts';
import { compare, show } from './ratio.ts';
import type { FleetTenant } from './world.ts';

const HASH = '1a2b3c4d';
/** Nodes of a tenant; each brings a disk. */
const NODES = 9;

/** Pages of an inventory as its API answers them: declared things, what GKE adds, and one stranger in a hundred tenants. */
function pagesOf(tenants: readonly FleetTenant[]): string[] {
  return tenants.map(({ tenant, wants }, n) => {
    const { project } = tenant.spec;
    const { cluster, network } = namesOf(tenant);
    const asset = (path: string, kind: string, data: Json) => ({
      name: `//compute.googleapis.com/projects/${project}/${path}`,
      assetType: `compute.googleapis.com/${kind}`,
      ancestors: [`projects/${n}`, 'folders/1'],
      updateTime: '2026-01-01T00:00:00Z',
      resource: { data },
    });
    const labels = { 'goog-gke-node': '', 'goog-k8s-cluster-name': cluster };
    const node = (i: number) => `gke-${cluster}-cpu-${HASH}-${String(i).padStart(4, 'x')}`;
    const rule = (what: string) => ({
      network: `…/global/networks/${network}`,
      targetTags: [node(0)],
      name: what,
    });
    return JSON.stringify({
      assets: [
        ...wants
          .filter(({ plane }) => plane === 'gcp')
          .map(({ name }) => ({ ...asset('x', 'Network', { name }), name: `//${name}` })),
        ...Array.from({ length: NODES }, (_, i) => [
          asset(`zones/z/instances/${node(i)}`, 'Instance', { labels, status: 'RUNNING' }),
          asset(`zones/z/disks/${node(i)}`, 'Disk', { labels, sizeGb: '100' }),
        ]).flat(),
        ...['all', 'vms', 'master', 'inkubelet', 'exkubelet'].map((what) =>
          asset(`global/firewalls/gke-${cluster}-${HASH}-${what}`, 'Firewall', rule(what)),
        ),
        ...(n % 100 === 0 ? [asset('zones/z/instances/rogue', 'Instance', { labels: {} })] : []),
      ],
    });
  });
}

interface Page {
  readonly assets: readonly {
    readonly name: string;
    readonly assetType: string;
    readonly ancestors: readonly string[];
    readonly updateTime: string;
    readonly resource: { readonly data: Json };
  }[];
}

/** Parse and classify against parse alone; the same bytes on both sides. */
export function benchCoverage(tenants: readonly FleetTenant[]): string {
  const pages = pagesOf(tenants);
  const contexts = tenants.map(({ tenant, wants }) =>
    contextOf(tenant.metadata.name, tenant.spec.project, wants),
  );
  const parse = (page: string) => JSON.parse(page) as Page;
  return show(
    compare(
      'parse + classify every asset / JSON.parse of the same bytes',
      () => {
        const survey = new Survey(contexts);
        for (const page of pages) {
          for (const { name, assetType, ancestors, updateTime, resource } of parse(page).assets) {
            const asset: Asset = {
              name: name.slice(2),
              assetType,
              project: ancestors[0] ?? null,
              data: resource.data,
              updateTime,
            };
            survey.see(asset);
          }
        }
        survey.done();
        return survey;
      },
      () => pages.reduce((sum, page) => sum + parse(page).assets.length, 0),
    ),
  );
}
