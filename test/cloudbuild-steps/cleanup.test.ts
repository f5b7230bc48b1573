/** The cleanup against a bucket: all of the tenant's, nothing of anybody else's. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanUp } from '../../cloudbuild-steps/cleanup.ts';
import { openBench, send, type Bench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  for (const name of [
    'tenants/acme/default.tfstate',
    'tenants/acme/kubeconfig.json',
    'tenants/acme/a b/ü?#%.json',
    'tenants/acme-2/default.tfstate',
    'tenants/acme',
    'other',
  ]) {
    bench.objects.set(name, { generation: 7, body: '' });
  }
});
afterEach(() => bench.close());

const OTHERS = ['other', 'tenants/acme', 'tenants/acme-2/default.tfstate'];
const clean = (prefix: string) => cleanUp({ bucket: 'state', prefix }, bench.context);
const names = () => [...bench.objects.keys()].sort();

test('deletes the folder over all pages and leaves its neighbours alone', async () => {
  expect(await clean('tenants/acme')).toEqual({ deleted: 3, left: [] });
  expect(names()).toEqual(OTHERS);
  expect(await clean('tenants/acme')).toEqual({ deleted: 0, left: [] });
});

test.each([
  '',
  '/',
  'tenants',
  'tenants/',
  '/tenants/acme',
  'tenants/../other',
  'tenants//acme',
  'tenants/acme/',
])('refuses the prefix %j and deletes nothing', async (prefix) => {
  await expect(clean(prefix)).rejects.toThrow(
    'the input is not valid: prefix: must be a folder below a folder',
  );
  expect(names()).toHaveLength(6);
});

test('deletes nothing while Terraform holds the lock, and names it', async () => {
  bench.objects.set('tenants/acme/default.tflock', { generation: 42, body: '' });
  await expect(clean('tenants/acme')).rejects.toThrow(
    /lock gs:\/\/state\/tenants\/acme\/default\.tflock \(lock id 42\)/,
  );
  expect(names()).toHaveLength(7);
});

test('reports what somebody wrote meanwhile instead of deleting it', async () => {
  bench.intercept = (request) => {
    if (request.method === 'DELETE' && request.url?.includes('kubeconfig') === true) {
      bench.objects.set('tenants/acme/kubeconfig.json', { generation: 8, body: 'new' });
    }
    return false;
  };
  expect(await clean('tenants/acme')).toEqual({
    deleted: 2,
    left: ['gs://state/tenants/acme/kubeconfig.json'],
  });
});

test('asks again while the bucket is overloaded', async () => {
  let refusals = 2;
  bench.intercept = (request, response) =>
    request.method === 'DELETE' && refusals-- > 0 && send(response, 503, { error: { message: 'later' } });
  expect(await clean('tenants/acme')).toEqual({ deleted: 3, left: [] });
});

test('says what it may not do, and how to go on', async () => {
  bench.intercept = (request, response) =>
    request.method === 'DELETE' &&
    send(response, 403, { error: { message: 'x lacks storage.objects.delete' } });
  await expect(clean('tenants/acme')).rejects.toThrow(
    /cannot be deleted: 403 x lacks storage\.objects\.delete; check the build account's rights/,
  );
});

test('says so when the build has no account', async () => {
  bench.intercept = (request, response) =>
    request.url?.startsWith('/computeMetadata') === true && send(response, 404);
  await expect(clean('tenants/acme')).rejects.toThrow(/gave no access token \(status 404\)/);
});
