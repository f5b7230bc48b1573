/** The `notify:` part of plumbline.yaml: whom to tell, of what, and where. */
import { z } from 'zod';
import type { FindingClass } from './model.ts';
import { OCCASIONS, type Address, type NotifyTarget } from './notify/message.ts';
import { SettingsError } from './platform-settings.ts';

const CLASSES = [
  'missing',
  'changed',
  'extra',
  'unhealthy',
  'unreadable',
  'exception',
  'pending',
] as const satisfies readonly FindingClass[];

/** Without `pending`: what a person has just ordered in a record is no news to anybody. */
const DEFAULT_CLASSES = CLASSES.filter((each) => each !== 'pending');

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What travels in the clear can be read by anybody on the way. */
function isAcceptable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

const FORM = 'use an https:// address';
const url = z.string().refine(isAcceptable, FORM);
const variable = z.strictObject({
  env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use the name of a variable'),
});

const targetSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'use small letters, digits and hyphens, up to 63'),
    type: z.enum(['slack', 'webhook', 'pubsub']),
    url: url.optional(),
    urlFrom: variable.optional(),
    topic: z
      .string()
      .regex(/^projects\/[^/]+\/topics\/[^/]+$/, 'use projects/PROJECT/topics/TOPIC')
      .optional(),
    on: z
      .array(z.enum(OCCASIONS))
      .min(1)
      .default([...OCCASIONS]),
    classes: z.array(z.enum(CLASSES)).min(1).default(DEFAULT_CLASSES),
    labels: z.record(z.string(), z.string()).optional(),
  })
  .superRefine((target, context) => {
    for (const message of objections(target)) context.addIssue({ code: 'custom', message });
  });

function objections(target: {
  readonly type: string;
  readonly url?: string | undefined;
  readonly urlFrom?: object | undefined;
  readonly topic?: string | undefined;
}): string[] {
  const { type, topic } = target;
  const urls = [target.url, target.urlFrom].filter((each) => each !== undefined).length;
  if (type === 'pubsub') {
    return [
      ...(topic === undefined ? ['a target of type pubsub needs a topic'] : []),
      ...(urls > 0 ? ['a target of type pubsub has a topic and no url'] : []),
    ];
  }
  return [
    ...(urls === 1 ? [] : [`a target of type ${type} needs either url or urlFrom: { env: NAME }`]),
    ...(topic === undefined ? [] : [`a target of type ${type} has a url and no topic`]),
  ];
}

/** `notify` in the settings file. */
export const notifyFileSchema = z
  .array(targetSchema)
  .default([])
  .superRefine((targets, context) => {
    const names = targets.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `two targets are called ${twice}` });
  });

/**
 * A variable that is not set is no error here: most commands tell nobody anything. Throws SettingsError for one that
 * holds no address; its value is a secret and not shown.
 */
export function notifyTargets(
  env: Readonly<Record<string, string | undefined>>,
  file: z.infer<typeof notifyFileSchema>,
): readonly NotifyTarget[] {
  return file.map((target) => ({
    name: target.name,
    on: target.on,
    classes: target.classes,
    labels: target.labels ?? null,
    address: addressOf(env, target),
  }));
}

function addressOf(
  env: Readonly<Record<string, string | undefined>>,
  { name, type, url: given, urlFrom, topic }: z.infer<typeof targetSchema>,
): Address {
  if (type === 'pubsub') return { type, topic: topic ?? '' };
  if (urlFrom === undefined) return { type, url: given ?? null, variable: null };
  const value = env[urlFrom.env] || null;
  if (value !== null && !isAcceptable(value)) {
    throw new SettingsError(`${urlFrom.env}, the address of the notify target ${name}: ${FORM}`);
  }
  return { type, url: value, variable: urlFrom.env };
}
