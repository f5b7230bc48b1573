/** The table of remediation, cell by cell, and what rules before it may and may not do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision, FindingClass, Risk } from '../../../reconciler/model.ts';
import { parsePolicy } from '../../../reconciler/policy-settings.ts';
import { DEFAULT_POLICY } from '../../../reconciler/policy/settings.ts';
import { matchesGlob } from '../../../reconciler/policy/glob.ts';
import { DANGEROUS, decide, stricter, type PolicyRule } from '../../../reconciler/policy/table.ts';
import { CLASSES, finding, RISKS } from '../../support/plans.ts';

const DECISIONS: readonly Decision[] = ['auto', 'approve', 'report'];
const none = { labels: {}, rules: [], everApplied: true };

const rule = (change: Partial<PolicyRule> = {}): PolicyRule => ({
  match: {},
  classes: null,
  risks: null,
  kind: null,
  field: null,
  decision: 'approve',
  dangerous: false,
  ...change,
});

/** Written out, not computed: this is the promise. */
const TABLE: Readonly<Record<FindingClass, Readonly<Record<Risk, Decision>>>> = {
  missing: {
    'in-place': 'auto',
    replace: 'approve',
    'one-way': 'approve',
    stateful: 'approve',
    none: 'report',
  },
  changed: {
    'in-place': 'auto',
    replace: 'approve',
    'one-way': 'approve',
    stateful: 'approve',
    none: 'report',
  },
  pending: {
    'in-place': 'auto',
    replace: 'approve',
    'one-way': 'approve',
    stateful: 'approve',
    none: 'report',
  },
  extra: { 'in-place': 'report', replace: 'report', 'one-way': 'report', stateful: 'report', none: 'report' },
  unhealthy: {
    'in-place': 'report',
    replace: 'report',
    'one-way': 'report',
    stateful: 'report',
    none: 'report',
  },
  unreadable: {
    'in-place': 'report',
    replace: 'report',
    'one-way': 'report',
    stateful: 'report',
    none: 'report',
  },
  exception: {
    'in-place': 'report',
    replace: 'report',
    'one-way': 'report',
    stateful: 'report',
    none: 'report',
  },
};

const cells = CLASSES.flatMap((c) => RISKS.map((risk) => [c, risk, TABLE[c][risk]] as const));

describe('the table', () => {
  it.each(cells)('%s × %s is %s', (c, risk, decision) => {
    expect(decide(finding({ class: c, risk }), none)).toBe(decision);
  });

  it.each(cells)(
    '%s × %s may be decided by a rule of the tenant’s labels where a flow can act',
    (c, risk, standard) => {
      const gold = { labels: { tier: 'gold' }, everApplied: true };
      for (const decision of DECISIONS) {
        const rules = [rule({ match: { tier: 'gold' }, decision })];
        const bound = DANGEROUS.has(risk) ? stricter(standard, decision) : decision;
        const want = standard === 'report' ? 'report' : bound;
        expect(decide(finding({ class: c, risk }), { ...gold, rules })).toBe(want);
        expect(decide(finding({ class: c, risk }), { ...gold, labels: { tier: 'silver' }, rules })).toBe(
          standard,
        );
        expect(decide(finding({ class: c, risk }), { ...gold, labels: {}, rules })).toBe(standard);
      }
    },
  );

  it('lets whatever is missing be made before the first full apply, and asks no rule', () => {
    const rules = [rule({ decision: 'report' })];
    for (const risk of RISKS.filter((each) => each !== 'none')) {
      expect(decide(finding({ risk }), { labels: {}, rules, everApplied: false })).toBe('auto');
      expect(decide(finding({ class: 'changed', risk }), { labels: {}, rules, everApplied: false })).toBe(
        TABLE.changed[risk],
      );
    }
  });

  it('asks a person about a class or a risk that nobody knows', () => {
    expect(decide(finding({ risk: 'irksome' as Risk }), none)).toBe('approve');
    expect(decide(finding({ class: 'odd' as FindingClass }), none)).toBe('approve');
    const rules = [rule({ risks: ['in-place'], decision: 'auto' })];
    expect(decide(finding({ risk: 'irksome' as Risk }), { ...none, rules })).toBe('approve');
  });

  it('only reports what somebody else keeps rewriting, whatever a rule says', () => {
    const contested = { opponent: 'other@example.com', times: 3 };
    const rules = [rule({ decision: 'auto', dangerous: true })];
    expect(decide(finding({ contested }), { ...none, rules })).toBe('report');
  });
});

describe('rules', () => {
  it('are asked in order, and the first that fits decides', () => {
    const rules = [
      rule({ kind: 'node-pool', field: 'autoscaling.*', decision: 'report' }),
      rule({ classes: ['changed'], decision: 'approve' }),
      rule({ decision: 'auto', risks: ['in-place'] }),
    ];
    const changed = (kind: string, field: string | null) =>
      decide(finding({ class: 'changed', kind, field }), { ...none, rules });
    expect(changed('node-pool', 'autoscaling.maxNodeCount')).toBe('report');
    expect(changed('node-pool', 'config.labels[a]')).toBe('approve');
    expect(changed('node-pool', null)).toBe('approve');
    expect(decide(finding(), { ...none, rules })).toBe('auto');
  });

  it('cannot make replacing, deleting or recreating automatic without saying so', () => {
    const anyRule = fc.record({
      match: fc.constant({}),
      classes: fc.option(fc.subarray([...CLASSES], { minLength: 1 })),
      risks: fc.option(fc.subarray([...RISKS], { minLength: 1 })),
      kind: fc.constantFrom(null, 'nat'),
      field: fc.constantFrom(null, '*'),
      decision: fc.constantFrom(...DECISIONS),
      dangerous: fc.constant(false),
    });
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 4 }),
        fc.constantFrom(...CLASSES),
        fc.constantFrom(...DANGEROUS),
        (rules, c, risk) => {
          expect(decide(finding({ class: c, risk, field: 'f' }), { ...none, rules })).not.toBe('auto');
        },
      ),
    );
    const said = [rule({ risks: ['replace'], decision: 'auto', dangerous: true })];
    expect(decide(finding({ class: 'changed', risk: 'replace' }), { ...none, rules: said })).toBe('auto');
    expect(decide(finding({ class: 'changed', risk: 'one-way' }), { ...none, rules: said })).toBe('approve');
  });
});

describe('policy in plumbline.yaml', () => {
  it('is the table alone when nothing is said', () => {
    expect(parsePolicy(undefined)).toEqual({ ok: true, policy: DEFAULT_POLICY });
  });

  it('gives rules and how long orders may last', () => {
    const parsed = parsePolicy({
      rules: [{ match: { tier: 'gold' }, class: 'changed', risk: ['in-place'], decision: 'approve' }],
      longest: { pause: '3d' },
    });
    expect(parsed).toEqual({
      ok: true,
      policy: {
        rules: [
          rule({ match: { tier: 'gold' }, classes: ['changed'], risks: ['in-place'], decision: 'approve' }),
        ],
        longest: { ...DEFAULT_POLICY.longest, pause: 3 * 24 * 60 * 60_000 },
      },
    });
  });

  it('is refused with every problem of every rule, each with its place', () => {
    const parsed = parsePolicy({
      rules: [
        { class: 'chagned', decision: 'auto', risk: 'in-place' },
        { class: 'extra', decision: 'auto', risk: 'in-place' },
        { decision: 'auto' },
        { risk: 'replace', decision: 'auto' },
        { kind: 'nodepool', decision: 'report' },
        { risk: ['none'], decision: 'approve', when: 'never' },
      ],
      longest: { pause: 'a while' },
    });
    expect(parsed).toEqual({
      ok: false,
      problems: [
        expect.stringMatching(/^policy\.rules\[0\]\.class: use one of missing, changed/),
        expect.stringMatching(/^policy\.rules\[1\]: no flow puts extra right/),
        expect.stringMatching(
          /^policy\.rules\[2\]: it would make replace, one-way, stateful automatic; .*dangerous: true/,
        ),
        expect.stringMatching(/^policy\.rules\[3\]: it would make replace automatic/),
        expect.stringMatching(/^policy\.rules\[4\]: there is no kind "nodepool"; did you mean node-pool\?/),
        expect.stringMatching(/^policy\.rules\[5\]: .*when/),
        expect.stringMatching(/^policy\.longest\.pause: use a length of time/),
      ],
    });
  });
});

describe('a pattern', () => {
  it.each([
    ['nat/*', 'nat/acme-nat', true],
    ['*', '', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    ['abc', 'abcd', false],
  ])('%s and %s: %s', (pattern, text, fits) => {
    expect(matchesGlob(pattern, text)).toBe(fits);
  });

  it('agrees with a regular expression of the same meaning', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, of) => {
        expect(matchesGlob(pattern, of)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(of));
      }),
      { numRuns: 2000 },
    );
  });
});
