/** Real Terraform in a build of the whole local cloud: state, provider and identity all meet in one step. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../../../local-cloud/start.ts';
import { newCloud } from '../../support/cloud.ts';
import { describeWith } from '../../support/tools.ts';
import type { Built } from './builds.ts';

const CONFIGURATION = `
terraform {
  backend "gcs" {
    bucket = "acme-state"
    prefix = "tenant/acme"
  }
  required_providers {
    google = { source = "hashicorp/google" }
  }
}
provider "google" {
  project = "acme-prod"
}
resource "google_compute_network" "vpc" {
  name                    = "acme-vpc"
  auto_create_subnetworks = false
}
`;

const SCRIPT = `cat > main.tf <<'END'
${CONFIGURATION}
END
terraform init -no-color && terraform apply -auto-approve -no-color
terraform show -json | head -c 20 > $BUILDER_OUTPUT/output`;

describeWith('terraform', 'a build that runs Terraform', () => {
  let running: RunningCloud;
  const call = async (path: string, body?: object) => {
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    return (await fetch(path, init)).json();
  };

  beforeAll(async () => {
    running = await newCloud();
  });
  afterAll(() => running.close());

  it('makes resources of this cloud and keeps its state in this cloud’s storage', async () => {
    const { cloudbuild, storage } = running.endpoints as { cloudbuild: string; storage: string };
    const path = `${cloudbuild}/v1/projects/acme-prod/locations/us-central1/builds`;
    await call(`${storage}/storage/v1/b?project=acme-prod`, { name: 'acme-state' });
    const created = await call(path, { steps: [{ name: 'ubuntu', script: SCRIPT }] });
    const { id } = (created as { metadata: { build: Built } }).metadata.build;
    let build: Built;
    do {
      await new Promise((resolve) => setTimeout(resolve, 20));
      build = (await call(`${path}/${id}`)) as Built;
    } while (['QUEUED', 'WORKING'].includes(build.status));
    expect(build.statusDetail).toBeUndefined();
    expect(
      running.cloud.resources.get('compute.googleapis.com/projects/acme-prod/global/networks/acme-vpc'),
    ).toBeDefined();
    expect(await call(`${storage}/storage/v1/b/acme-state/o`)).toMatchObject({
      items: [{ name: 'tenant/acme/default.tfstate' }],
    });
  });
});
