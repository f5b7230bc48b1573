import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindingClass } from '../../reconciler/model.ts';
import { changesOf } from '../../reconciler/preview.ts';
import { canonicalQuantity } from '../../reconciler/quantity.ts';
import { redact } from '../../reconciler/error-text.ts';
import { argumentOf } from '../../reconciler/argument.ts';
import { verdictOf } from '../../reconciler/verdict.ts';
import { anyTenant } from '../support/any-record.ts';
import { tenant } from '../support/records.ts';

describe('canonicalQuantity', () => {
  it('gives every spelling of one amount the same text', () => {
    for (const [a, b] of [
      ['1000m', '1'],
      ['0.5', '500m'],
      ['1024Mi', '1Gi'],
      ['1.5Gi', '1536Mi'],
      ['30.0', '30'],
      ['0.5Gi', '512Mi'],
      ['1e3', '1k'],
      ['2E', '2000P'],
      ['.5', '500m'],
      ['5.', '+5'],
      ['1500u', '1.5m'],
      ['-1', '-1000m'],
      ['25e-1', '2.5'],
      ['0m', '-0'],
    ] as const) {
      expect(canonicalQuantity(a)).toBe(canonicalQuantity(b));
    }
  });

  it('keeps different amounts apart', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), (a, b) => {
        expect(canonicalQuantity(`${a}Mi`) === canonicalQuantity(`${b}Mi`)).toBe(a === b);
      }),
    );
    expect(canonicalQuantity('1G')).not.toBe(canonicalQuantity('1Gi'));
  });

  it('leaves what it cannot read as it is, so that it still compares', () => {
    expect(canonicalQuantity('lots')).toBe('lots');
  });
});

describe('verdictOf', () => {
  const calm = {
    invalid: false,
    status: 'DEPLOYED',
    inFlight: false,
    paused: false,
    everApplied: true,
  } as const;
  const of = (...classes: FindingClass[]) =>
    verdictOf({ ...calm, findings: classes.map((c) => ({ class: c, excepted: null }) as never) });

  it('is in-sync only without any finding', () => {
    expect(of()).toBe('in-sync');
  });

  it('puts what could not be read above everything that could', () => {
    expect(of('missing', 'unhealthy', 'unreadable', 'pending')).toBe('unreadable');
  });

  it('keeps drift and pending change apart', () => {
    expect(of('pending')).toBe('pending');
    expect(of('pending', 'changed')).toBe('drift');
  });

  it('calls nothing drift before anything was applied', () => {
    expect(
      verdictOf({ ...calm, everApplied: false, findings: [{ class: 'missing', excepted: null } as never] }),
    ).toBe('pending');
  });

  it('says of a paused tenant that it is, whatever differs, and of one that cannot be judged that instead', () => {
    const paused = { ...calm, paused: true, findings: [{ class: 'unreadable', excepted: null } as never] };
    expect(verdictOf(paused)).toBe('paused');
    expect(verdictOf({ ...paused, invalid: true })).toBe('invalid');
    expect(verdictOf({ ...paused, inFlight: true })).toBe('in-progress');
  });

  it('takes what is known and accepted for no difference', () => {
    const findings = [{ class: 'changed', excepted: 'exception-1' } as never];
    expect(verdictOf({ ...calm, findings })).toBe('in-sync');
    expect(
      verdictOf({ ...calm, findings: [...findings, { class: 'pending', excepted: null } as never] }),
    ).toBe('pending');
  });
});

describe('changesOf', () => {
  it('is empty between a record and itself', () => {
    fc.assert(
      fc.property(anyTenant, (any) => {
        expect(changesOf(any, any)).toEqual([]);
      }),
    );
  });

  it('shows a new tenant as everything appearing', () => {
    const changes = changesOf(tenant(), undefined);
    expect(changes.length).toBeGreaterThan(10);
    expect(changes.every((change) => change.before === 'absent' && change.after === 'present')).toBe(true);
  });

  it('marks what cannot be done in place', () => {
    const bigger = tenant('acme', (written) => {
      written.spec.cluster.nodePools[0]!.machineType = 'e2-standard-8';
    });
    expect(changesOf(bigger, tenant())).toEqual([
      {
        resource: 'node-pool/cpu',
        field: 'config.machineType',
        from: 'spec.cluster.nodePools[cpu].machineType',
        before: 'e2-standard-4',
        after: 'e2-standard-8',
        risk: 'replace',
      },
    ]);
  });
});

describe('the execution argument', () => {
  const platform = {
    project: 'plumbline-platform',
    region: 'us-central1',
    scope: 'folders/1000',
    database: 'projects/p/instances/i/databases/d',
    stateBucket: 'state',
    stepsImage: 'steps:1',
    workflowIdentity: 'w@p.iam.gserviceaccount.com',
    terraformIdentity: 't@p.iam.gserviceaccount.com',
  };

  it('names nothing outside its own tenant', () => {
    fc.assert(
      fc.property(anyTenant, (any) => {
        const argument = argumentOf({
          tenant: any,
          applied: null,
          ledger: undefined,
          platform,
          flow: 'provision',
          intent: `${any.metadata.name}-g1-provision-1`,
          generation: 1,
          requester: 'plumbline',
        });
        expect(argument.project).toBe(any.spec.project);
        expect(argument.pool.name).toContain(`projects/${any.spec.project}/`);
        expect(argument.pool.identity).toContain(`@${any.spec.project}.`);
        expect(argument.terraform.statePrefix).toBe(`tenants/${any.metadata.name}`);
        expect(argument.image.reference).toContain(`/${any.spec.project}/`);
      }),
    );
  });

  it('fits into the 32 KB the service takes', () => {
    fc.assert(
      fc.property(anyTenant, (any) => {
        const argument = argumentOf({
          tenant: any,
          applied: null,
          ledger: undefined,
          platform,
          flow: 'provision',
          intent: 'i',
          generation: 1,
          requester: 'plumbline',
        });
        expect(Buffer.byteLength(JSON.stringify(argument))).toBeLessThan(32 * 1024);
      }),
    );
  });
});

describe('redact', () => {
  it('cuts query strings and tokens out of messages', () => {
    expect(redact('GET https://x.example/a?token=abc failed')).toBe('GET https://x.example/a?… failed');
    expect(redact('sent Bearer abc.def-ghi')).toBe('sent Bearer …');
  });
});
