/**
 * The published shape of a notification, for programs that receive one. The types say the same; the compiler holds the
 * two together, and a test holds the JSON Schema in this folder to what is generated from here.
 */
import { z } from 'zod';
import { NOTIFICATION_FORMAT, OCCASIONS, type Notification } from './message.ts';

const time = z.string().describe('RFC 3339, UTC');
const count = z.int().min(0);
const findingClass = z.enum([
  ...(['missing', 'changed', 'extra', 'unhealthy', 'unreadable', 'pending', 'exception'] as const),
]);
const risk = z.enum(['in-place', 'replace', 'one-way', 'stateful', 'none']);

const finding = z.strictObject({
  class: findingClass,
  plane: z.enum(['gcp', 'cluster', 'endpoint']),
  kind: z.string(),
  resource: z.string().describe("KIND/NAME; the tenant's own name is {tenant} where there are several"),
  field: z.string().nullable().describe('path within the resource; null: the resource as a whole'),
  want: z.json().describe('a secret reads «secret N»'),
  have: z.json(),
  from: z.string().nullable().describe("the record's field; null where none stands behind it"),
  risk,
  message: z.string().describe('why we say so, for people'),
  since: time.describe('when a pass first saw it'),
  contested: z.string().nullable().describe('who keeps setting it back'),
  by: z.string().nullable().describe('who made the difference, where that is known'),
});

const about = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('finding'),
    finding,
    before: z
      .strictObject({ class: findingClass, risk })
      .nullable()
      .describe('what was told before it got worse'),
  }),
  z.strictObject({
    kind: z.literal('directive'),
    directive: z.strictObject({
      id: z.string(),
      kind: z.enum(['pause', 'resume', 'exception', 'approval', 'override', 'break-glass', 'adoption']),
      actor: z.string(),
      reason: z.string(),
      expiredAt: time,
    }),
  }),
  z.strictObject({ kind: z.literal('breaker'), tripped: z.array(z.string()), cause: z.string().nullable() }),
  z
    .strictObject({ kind: z.literal('rest'), titles: z.array(z.string()), more: count })
    .describe('what a pass had to say beyond the messages it may send singly'),
  z.strictObject({ kind: z.literal('test') }),
]);

const notification = z.strictObject({
  format: z.literal(NOTIFICATION_FORMAT),
  id: z.string().describe('the same however often the message is sent; also the header Idempotency-Key'),
  target: z.string(),
  occasion: z.enum(OCCASIONS),
  title: z.string().describe('for people, one line'),
  run: z.string().nullable().describe('the pass; null: a test'),
  at: time.describe('when the pass began'),
  tenants: z
    .strictObject({ count, names: z.array(z.string()) })
    .describe('how many it concerns and the first of them; none for what concerns the whole fleet'),
  about,
});

/** Types that readonly does not tell apart. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/** Does not compile when schema and types part ways. */
type TextIfHeld =
  Same<Plain<z.output<typeof notification>>, Plain<Notification>> extends true ? string : never;
const ORIGIN: TextIfHeld =
  'Generated from reconciler/notify/schema.ts, which is held to reconciler/notify/message.ts.';

/** The JSON Schema (draft 2020-12) as one value. */
export function notificationJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(notification);
  const version = NOTIFICATION_FORMAT.slice(NOTIFICATION_FORMAT.lastIndexOf('/') + 1);
  return {
    $schema,
    $id: `https://plumbline.dev/schema/notification.${version}.json`,
    title: `Notification (${NOTIFICATION_FORMAT})`,
    $comment: ORIGIN,
    ...rest,
  };
}

/** The schema as it stands in the repository; a test holds the file to this text. */
export const recordedNotificationSchema = {
  path: 'reconciler/notify/schema/notification.v1alpha1.json',
  text: (): string => `${JSON.stringify(notificationJsonSchema(), null, 2)}\n`,
};
