/** The words of notifications as types: whom to tell, what is told, and what has been told before. No logic lives here. */
import type { DirectiveKind } from '../../desired-state/store.ts';
import type { Finding, FindingClass, Plane, Risk } from '../model.ts';

export const NOTIFICATION_FORMAT = 'plumbline.dev/notification/v1alpha1';

/** `worse`: of something told before. `resolved`: a pass no longer saw it. `expired`: an order ended by time. */
export const OCCASIONS = ['new', 'worse', 'resolved', 'expired'] as const;
export type Occasion = (typeof OCCASIONS)[number];

/** Who wants to be told, of what, and where. */
export interface NotifyTarget {
  readonly name: string;
  readonly on: readonly Occasion[];
  /** Classes of findings it hears of. */
  readonly classes: readonly FindingClass[];
  /** Labels a tenant must have; null: all tenants, and what concerns the fleet as a whole. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly address: Address;
}

export type Address =
  | {
      readonly type: 'slack' | 'webhook';
      /** A secret: never shown. Null when the variable that holds it is not set. */
      readonly url: string | null;
      /** The variable it came from; null when it stands in the settings. */
      readonly variable: string | null;
    }
  | {
      readonly type: 'pubsub';
      /** `projects/P/topics/T`. */
      readonly topic: string;
    };

/** What is told of a finding; a secret in it is masked. */
export type ToldFinding = Pick<
  Finding,
  'class' | 'kind' | 'resource' | 'field' | 'want' | 'have' | 'from' | 'risk' | 'message' | 'since'
> & { readonly plane: Plane; readonly contested: string | null; readonly by: string | null };

/** One message, to one target. */
export interface Notification {
  readonly format: typeof NOTIFICATION_FORMAT;
  /** Stays the same however often it is sent: who gets it twice can tell. */
  readonly id: string;
  readonly target: string;
  readonly occasion: Occasion;
  /** For people, one line. */
  readonly title: string;
  /** Null: it is a test. */
  readonly run: string | null;
  /** When the pass began (RFC 3339). */
  readonly at: string;
  /** How many it concerns, and the first of them by name; 0 for what concerns the fleet as a whole. */
  readonly tenants: { readonly count: number; readonly names: readonly string[] };
  readonly about: Subject;
}

export type Subject =
  | {
      readonly kind: 'finding';
      readonly finding: ToldFinding;
      /** What it was before it got worse; null otherwise. */
      readonly before: { readonly class: FindingClass; readonly risk: Risk } | null;
    }
  | {
      readonly kind: 'directive';
      readonly directive: {
        readonly id: string;
        readonly kind: DirectiveKind;
        readonly actor: string;
        readonly reason: string;
        readonly expiredAt: string;
      };
    }
  | { readonly kind: 'breaker'; readonly tripped: readonly string[]; readonly cause: string | null }
  /** More than one pass may send singly: what is in the report beside. */
  | { readonly kind: 'rest'; readonly titles: readonly string[]; readonly more: number }
  | { readonly kind: 'test' };

/** What people know of one place: written when they are told, gone when it is resolved. */
export interface ToldEntry {
  /** The tenant, or `*` for the fleet. */
  readonly name: string;
  /** `RESOURCE[:FIELD]`, or what it is of a fleet or an order; unique per tenant. */
  readonly place: string;
  readonly detail: ToldDetail;
}

export type ToldDetail =
  | {
      readonly kind: 'finding';
      readonly finding: ToldFinding;
      readonly labels: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'directive' }
  /** Since when there is anybody to tell (RFC 3339). */
  | { readonly kind: 'since'; readonly at: string }
  | { readonly kind: 'breaker'; readonly tripped: readonly string[]; readonly cause: string | null };

/** Messages and the memory that they were sent: kept together or not at all. */
export interface Telling {
  readonly messages: readonly Notification[];
  readonly told: readonly ToldEntry[];
  readonly forgotten: readonly Pick<ToldEntry, 'name' | 'place'>[];
}

export type DeliveryState = 'WAITING' | 'SENT' | 'GIVEN_UP';

/** A message in the outbox. */
export interface Delivery {
  readonly message: Notification;
  readonly state: DeliveryState;
  readonly createdAt: string;
  /** Nobody tries before (RFC 3339). */
  readonly notBefore: string;
  readonly attempts: number;
  readonly lastError: string | null;
  /** Sent or given up at (RFC 3339); null while it waits. */
  readonly endedAt: string | null;
}

/** How one try ended. */
export type Attempted =
  | { readonly sent: true }
  | {
      readonly sent: false;
      /** For people; holds no address. */
      readonly reason: string;
      /** How long the other side asked to be left alone; null when it did not say. */
      readonly retryAfterMs: number | null;
    };

/** Carries messages to where targets are. Never throws. */
export interface Courier {
  /** `deadlineMs`: how long it may take. */
  send(target: NotifyTarget, message: Notification, deadlineMs: number): Promise<Attempted>;
}
