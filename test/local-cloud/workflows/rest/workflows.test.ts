import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PARENT, workflowsCloud, type Json, type WorkflowsCloud } from '../support/cloud.ts';

let w: WorkflowsCloud;
beforeAll(async () => {
  w = await workflowsCloud();
});
afterAll(async () => {
  await w.close();
});

const SOURCE = '- a: {return: 1}';
const get = async (path: string): Promise<Json> => (await w.call('workflows', 'GET', path)).body;

async function patch(id: string, mask: string, body: Json): Promise<Json> {
  const { body: started } = await w.call(
    'workflows',
    'PATCH',
    `${PARENT}/workflows/${id}?updateMask=${mask}`,
    body,
  );
  for (;;) {
    const operation = await get(String(started['name']));
    if (operation['done'] === true) return operation;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('create', () => {
  it('is an operation that ends with the workflow', async () => {
    const { body: started } = await w.call('workflows', 'POST', `${PARENT}/workflows?workflowId=first`, {
      sourceContents: SOURCE,
    });
    expect(started).toMatchObject({
      done: false,
      metadata: { verb: 'create', target: `${PARENT}/workflows/first` },
    });
    const operation = await w.deploy('second', SOURCE, {
      labels: { team: 'blue' },
      serviceAccount: 'a@acme.iam.gserviceaccount.com',
    });
    expect(operation['response']).toMatchObject({
      '@type': 'type.googleapis.com/google.cloud.workflows.v1.Workflow',
      name: `${PARENT}/workflows/second`,
      state: 'ACTIVE',
      labels: { team: 'blue' },
      serviceAccount: 'projects/acme/serviceAccounts/a@acme.iam.gserviceaccount.com',
      revisionId: expect.stringMatching(/^000001-[0-9a-f]{3}$/) as string,
    });
    expect(await get(`${PARENT}/workflows/second`)).toMatchObject({ sourceContents: SOURCE });
  });

  it('puts the workflow where Asset Inventory and Terraform see it', async () => {
    await w.deploy('visible', SOURCE);
    expect(w.cloud.resources.get(`workflows.googleapis.com/${PARENT}/workflows/visible`)).toMatchObject({
      assetType: 'workflows.googleapis.com/Workflow',
      project: 'acme',
      location: 'us-central1',
    });
  });

  it('reports a source that cannot be built in the operation', async () => {
    const operation = await w.deploy('broken', '- step2: {return: "${varC}"}');
    expect(operation['error']).toEqual({
      code: 3,
      message:
        "failed to build: error in step step2: error evaluating return value: symbol 'varC' is neither a variable nor a sub-workflow name",
    });
    expect((await w.call('workflows', 'GET', `${PARENT}/workflows/broken`)).status).toBe(404);
  });

  it('reports a name that is taken in the operation', async () => {
    await w.deploy('twice', SOURCE);
    expect((await w.deploy('twice', SOURCE))['error']).toMatchObject({ code: 6 });
  });

  it.each([
    ['an id that starts with a digit', '1st', {}, 'workflow ID'],
    ['a missing source', 'ok', { sourceContents: '' }, 'sourceContents is missing'],
    ['a long description', 'ok', { description: 'x'.repeat(1001) }, 'description'],
    ['an upper-case label', 'ok', { labels: { Team: 'x' } }, "label key 'Team'"],
    ['a reserved variable', 'ok', { userEnvVars: { GOOGLE_X: '1' } }, 'GOOGLE_X'],
    ['an unknown call log level', 'ok', { callLogLevel: 'LOUD' }, 'callLogLevel'],
    ['an account without @', 'ok', { serviceAccount: 'me' }, 'serviceAccount'],
    ['a key that can be none', 'ok', { cryptoKeyName: 'key' }, 'cryptoKeyName'],
    ['a tag that can be none', 'ok', { tags: { x: 'y' } }, "tags key 'x'"],
    ['an unknown field', 'ok', { colour: 'red' }, 'colour'],
    ['too many labels', 'ok', { labels: many(65, 'x') }, '65 labels'],
    ['too many variables', 'ok', { userEnvVars: many(21, 'x') }, 'more than 20'],
    ['a large variable', 'ok', { userEnvVars: { a: 'x'.repeat(4097) } }, '4 KiB'],
    ['a variable that is no text', 'ok', { userEnvVars: { a: 1 } }, 'must be a string'],
    ['a large source', 'ok', { sourceContents: ' '.repeat(128 * 1024 + 1) }, 'sourceContents is larger'],
  ])('refuses %s', async (_name, id, fields, reason) => {
    const { status, body } = await w.call('workflows', 'POST', `${PARENT}/workflows?workflowId=${id}`, {
      sourceContents: SOURCE,
      ...fields,
    });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(reason);
  });
});

const many = (count: number, value: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));

describe('a workflow', () => {
  it.each([
    ['r@other.iam.gserviceaccount.com', 'projects/other/serviceAccounts/r@other.iam.gserviceaccount.com'],
    [
      'projects/-/serviceAccounts/r@other.iam.gserviceaccount.com',
      'projects/other/serviceAccounts/r@other.iam.gserviceaccount.com',
    ],
    ['projects/p/serviceAccounts/123456789012345678901', 'projects/p/serviceAccounts/123456789012345678901'],
  ])('given the account %s is read back with its full name', async (given, want) => {
    const operation = await w.deploy(`account-${given.length}`, SOURCE, { serviceAccount: given });
    expect(operation['response']).toMatchObject({ serviceAccount: want });
  });

  it('without an account runs as the default one', async () => {
    expect((await w.deploy('no-account', SOURCE))['response']).toMatchObject({
      serviceAccount: expect.stringMatching(
        /^projects\/acme\/serviceAccounts\/\d+-compute@developer\.gserviceaccount\.com$/,
      ) as string,
    });
  });

  it('with a key names its version, and takes tags only when it is made', async () => {
    const key = 'projects/acme/locations/us-central1/keyRings/r/cryptoKeys/k';
    const fields = { cryptoKeyName: key, tags: { 'tagKeys/1': 'tagValues/2' } };
    const operation = await w.deploy('keyed', SOURCE, fields);
    expect(operation['response']).toMatchObject({
      cryptoKeyName: key,
      cryptoKeyVersion: `${key}/cryptoKeyVersions/1`,
      allKmsKeys: [key],
    });
    expect(operation['response']).not.toHaveProperty('tags');
    const path = `${PARENT}/workflows/keyed?updateMask=tags`;
    expect((await w.call('workflows', 'PATCH', path, { tags: {} })).status).toBe(400);
  });
});

describe('patch', () => {
  it('makes a revision when the source changes, and none when only labels do', async () => {
    await w.deploy('revised', SOURCE);
    const labelled = await patch('revised', 'labels', { labels: { a: 'b' } });
    expect(labelled['response']).toMatchObject({ revisionId: expect.stringMatching(/^000001-/) as string });
    const changed = await patch('revised', 'source_contents', {
      sourceContents: '- a: {return: 2}',
      labels: {},
    });
    expect(changed['response']).toMatchObject({
      revisionId: expect.stringMatching(/^000002-/) as string,
      labels: { a: 'b' },
    });
    const { workflows } = await get(`${PARENT}/workflows/revised:listRevisions`);
    expect((workflows as Json[]).map((body) => String(body['revisionId']).slice(0, 6))).toEqual([
      '000002',
      '000001',
    ]);
    const first = (workflows as Json[])[1]?.['revisionId'];
    expect(await get(`${PARENT}/workflows/revised?revisionId=${String(first)}`)).toMatchObject({
      sourceContents: SOURCE,
    });
  });

  it('leaves the workflow as it was when the new source is wrong', async () => {
    await w.deploy('kept', SOURCE);
    const failed = await patch('kept', 'sourceContents', { sourceContents: '- a: {return: "${x}"}' });
    expect(failed['error']).toMatchObject({ code: 3 });
    expect(await get(`${PARENT}/workflows/kept`)).toMatchObject({ sourceContents: SOURCE });
  });

  it('refuses a mask with an unknown field, and a workflow that does not exist', async () => {
    await w.deploy('masked', SOURCE);
    const path = `${PARENT}/workflows/masked?updateMask=colour`;
    expect((await w.call('workflows', 'PATCH', path, {})).status).toBe(400);
    expect((await w.call('workflows', 'PATCH', `${PARENT}/workflows/none`, {})).status).toBe(404);
  });
});

describe('reading', () => {
  it('lists in order, by filter, in pages', async () => {
    const parent = 'projects/lists/locations/us-central1';
    for (const id of ['b', 'a', 'c']) {
      await w.call('workflows', 'POST', `${parent}/workflows?workflowId=${id}`, {
        sourceContents: SOURCE,
        labels: { id },
      });
    }
    await w.cloud.clock.advance(2000);
    const all = await get(`${parent}/workflows?pageSize=2`);
    expect((all['workflows'] as Json[]).map(({ name }) => name)).toEqual([
      `${parent}/workflows/a`,
      `${parent}/workflows/b`,
    ]);
    const rest = await get(`${parent}/workflows?pageSize=2&pageToken=${String(all['nextPageToken'])}`);
    expect(rest['workflows']).toHaveLength(1);
    const filtered = await get(`${parent}/workflows?filter=${encodeURIComponent('labels.id="c"')}`);
    expect(filtered['workflows']).toHaveLength(1);
    const either = encodeURIComponent('labels.id="c" OR (labels:id AND name="*/a")');
    const ordered = await get(`${parent}/workflows?filter=${either}&orderBy=name%20desc`);
    expect((ordered['workflows'] as Json[]).map(({ name }) => name)).toEqual([
      `${parent}/workflows/c`,
      `${parent}/workflows/a`,
    ]);
  });

  it('answers 404 in the standard form, and serves the beta versions too', async () => {
    const { status, body } = await w.call('workflows', 'GET', `${PARENT}/workflows/none`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
    await w.deploy('tracks', SOURCE);
    for (const [version, want] of [
      ['v1beta', 200],
      ['v1alpha1', 200],
      ['v2', 404],
    ] as const) {
      expect((await fetch(`${w.workflows.url}/${version}/${PARENT}/workflows/tracks`)).status).toBe(want);
    }
  });

  it('knows its locations and its own operations', async () => {
    expect(await get('projects/acme/locations/us-central1')).toMatchObject({ locationId: 'us-central1' });
    expect((await get('projects/acme/locations'))['locations']).not.toHaveLength(0);
    expect((await get(`${PARENT}/operations`))['operations']).not.toHaveLength(0);
  });
});

describe('delete', () => {
  it('takes the workflow and its executions away', async () => {
    await w.deploy('gone', '- a: {call: sys.sleep, args: {seconds: 86400}}');
    await w.call('workflowexecutions', 'POST', `${PARENT}/workflows/gone/executions`, {});
    await w.call('workflows', 'DELETE', `${PARENT}/workflows/gone`);
    await w.cloud.clock.advance(2000);
    expect((await w.call('workflows', 'GET', `${PARENT}/workflows/gone`)).status).toBe(404);
    expect((await w.call('workflowexecutions', 'GET', `${PARENT}/workflows/gone/executions`)).status).toBe(
      404,
    );
  });
});
