/**
 * Generates `local-cloud/terraform/generated/schemas.json`: the structure of the google provider's schemas for the
 * types the local cloud serves, read from two npm packages that carry it. Run by hand when a type is added:
 * `node scripts/provider-schemas.ts`. It needs the network; nothing else in the repository does.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBlock, readProviderBlock, type BlockJson } from './provider-schemas/cdktf.ts';
import { PulumiTypings } from './provider-schemas/pulumi.ts';
import { DATA_SOURCES, RESOURCES } from './provider-schemas/types.ts';

/** Both describe provider 6.50.0 (cdktf exactly; Pulumi's is near enough for what is read from it). */
const STRUCTURE = '@cdktf/provider-google@16.12.1';
const OVERLAY = '@pulumi/gcp@8.41.1';

const TARGET = join(import.meta.dirname, '..', 'local-cloud', 'terraform', 'generated', 'schemas.json');

/** Downloads a package and unpacks it; returns the folder that holds its package.json. */
function fetchPackage(folder: string, spec: string): string {
  const target = join(folder, spec.replace(/\W+/g, '-'));
  mkdirSync(target);
  execFileSync('npm', ['pack', spec, '--silent', '--pack-destination', target], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const archive = readdirSync(target).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack ${spec} left no archive in ${target}`);
  execFileSync('tar', ['xzf', join(target, archive), '-C', target]);
  return join(target, 'package');
}

function generate(folder: string): object {
  const cdktf = fetchPackage(folder, STRUCTURE);
  const pulumi = new PulumiTypings(fetchPackage(folder, OVERLAY));
  const resources: Record<string, { version: number; block: BlockJson }> = {};
  for (const [type, source] of Object.entries(RESOURCES)) {
    const block = readBlock(cdktf, source.cdktf);
    pulumi.markComputed(block, source.pulumi);
    resources[type] = { version: source.version ?? 0, block };
  }
  const dataSources: Record<string, BlockJson> = {};
  for (const [type, source] of Object.entries(DATA_SOURCES)) dataSources[type] = readBlock(cdktf, source);
  return { from: [STRUCTURE, OVERLAY], provider: readProviderBlock(cdktf), resources, dataSources };
}

const scratch = mkdtempSync(join(tmpdir(), 'plumb-schemas-'));
try {
  mkdirSync(join(TARGET, '..'), { recursive: true });
  // One line per type keeps the file small and its history readable.
  const text = JSON.stringify(generate(scratch)).replaceAll(/,?"(google_\w+)":\{/g, '\n$&');
  writeFileSync(TARGET, `${text}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
