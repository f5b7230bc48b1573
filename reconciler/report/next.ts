/** What happens next about a finding or a tenant, in words: done by itself, held until something, or nothing planned. */
import { findingKey, type Finding, type Held, type RunReport, type TenantReport } from '../model.ts';
import { lastPart, shortTime } from './words.ts';

type Mode = RunReport['run']['mode'];

/** What happens next about one finding, in words. */
export interface Next {
  readonly kind: 'action' | 'held' | 'none';
  /** The whole sentence. */
  readonly text: string;
  /** The same for many: `provision launched`, `held: approval`. */
  readonly short: string;
  /** When time alone lets it be done (RFC 3339). */
  readonly at: string | null;
}

/** Actions first: a finding that is healed and also held elsewhere is being healed. */
export function nextFor(tenant: TenantReport, finding: Finding, mode: Mode): Next {
  const key = findingKey(finding);
  const action = tenant.actions.find(({ because }) => because.includes(key));
  if (action) {
    const { flow, execution } = action;
    const [how, short] =
      execution !== null
        ? [`launched as ${lastPart(execution)}`, `${flow} launched`]
        : mode === 'dry-run'
          ? ['not launched: dry run', `${flow}, not launched: dry run`]
          : ['not launched', `${flow}, not launched`];
    return { kind: 'action', text: `${flow} (${how})`, short, at: null };
  }
  const held = tenant.held.find(({ because }) => because.includes(key));
  if (held) {
    const what = held.flow === null ? '' : `${held.flow} `;
    return {
      kind: 'held',
      text: `${what}held, ${heldText(held)}`,
      short: `held: ${held.reason}`,
      at: held.next,
    };
  }
  if (finding.excepted !== null) {
    return { kind: 'none', text: `excepted: ${finding.excepted} accepts it`, short: 'excepted', at: null };
  }
  return { kind: 'none', text: 'nothing planned: no policy acts on it', short: 'nothing planned', at: null };
}

/** Why it was held, how to go on, and when time alone allows it. */
export const heldText = ({ reason, message, next }: Held): string =>
  `${reason}: ${shortTime(message)}${next === null ? '' : ` (next allowed ${shortTime(next)})`}`;

/** What happens next, when it is the same for all findings of a tenant that has several: it is said once then. */
export function commonNext(tenant: TenantReport, mode: Mode): Next | null {
  const [first, ...rest] = tenant.findings.map((finding) => nextFor(tenant, finding, mode));
  if (first === undefined || rest.length === 0) return null;
  return rest.every(({ text }) => text === first.text) ? first : null;
}

/** One cell that says what the pass did about a tenant. */
export function doings(tenant: TenantReport): string {
  const parts = [
    ...tenant.actions.map(({ flow, execution }) =>
      execution === null ? `${flow} planned` : `${flow} launched`,
    ),
    ...[...new Set(tenant.held.map(({ reason }) => reason))].map((reason) => `held: ${reason}`),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** What is asked about what is held: there is a difference between a pass that does nothing and one that does some. */
export const whyTitle = (actions: number): string =>
  actions === 0 ? 'Why is nothing happening?' : 'Why is the rest waiting?';

/** Why nothing is done about some of a tenant: every hold, and what no rule acts on. Silence is never an answer. */
export const reasonsForNothing = (tenant: TenantReport, mode: Mode): string[] => [
  ...new Set(tenant.held.map(heldText)),
  ...(tenant.findings.some((finding) => nextFor(tenant, finding, mode).short === 'nothing planned')
    ? ['some findings: no policy acts on them']
    : []),
  ...(mode === 'dry-run' && tenant.actions.length > 0 ? ['this was a dry run'] : []),
];
