/** The way from a Google host to the local service. */
import { describe, expect, it } from 'vitest';
import { createCloud } from '../../../local-cloud/core/cloud.ts';
import { configSchema } from '../../../local-cloud/core/config.ts';
import { localUrl, serviceOfHost } from '../../../local-cloud/core/hosts.ts';
import { SERVICES } from '../../../local-cloud/services.ts';
import { bareParts } from '../../support/bare-cloud.ts';

const endpoints = { run: 'http://127.0.0.1:81', storage: 'http://127.0.0.1:82' };

describe('localUrl', () => {
  it.each([
    [
      'https://run.googleapis.com/v2/projects/p/jobs/j:run?x=1',
      'http://127.0.0.1:81/v2/projects/p/jobs/j:run?x=1',
    ],
    ['https://us-central1-run.googleapis.com/apis/x', 'http://127.0.0.1:81/apis/x'],
    ['https://run.us-central1.rep.googleapis.com/v2', 'http://127.0.0.1:81/v2'],
    ['https://storage.googleapis.com/b/o', 'http://127.0.0.1:82/b/o'],
    ['http://127.0.0.1:9999/health', 'http://127.0.0.1:9999/health'],
    ['https://example.com/hook', 'https://example.com/hook'],
  ])('%s → %s', (url, want) => {
    expect(localUrl({ endpoints }, url).href).toBe(want);
  });

  it.each(['https://pubsub.googleapis.com/v1', 'https://www.google.com/', 'https://us-docker.pkg.dev/p/r/i'])(
    'refuses %s rather than calling the real Google',
    (url) => {
      expect(() => localUrl({ endpoints }, url)).toThrow('is not served by the local cloud');
    },
  );

  it('finds every service by the host it says it stands for', () => {
    const cloud = createCloud(configSchema.parse({ dataDir: '.', speed: 0 }), () => bareParts());
    for (const service of SERVICES.map((create) => create(cloud))) {
      if (service.host.endsWith('.googleapis.com')) expect(serviceOfHost(service.host)).toBe(service.name);
    }
  });
});
