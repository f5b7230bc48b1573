/** A notification as Slack's incoming webhooks take it: `text` for the notice, `blocks` for the channel. Pure. */
import type { Notification } from './message.ts';
import { linesOf } from './words.ts';

/** Characters. Source: Slack's block kit reference, header and section; for `text`, its message formatting guide. */
const LIMITS = { header: 150, section: 3000, text: 4000, context: 2000 } as const;

interface SlackText {
  readonly type: 'plain_text' | 'mrkdwn';
  readonly text: string;
}

export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly {
    readonly type: string;
    readonly text?: SlackText & { readonly emoji?: boolean; readonly verbatim?: boolean };
    readonly elements?: readonly (SlackText & { readonly verbatim?: boolean })[];
  }[];
}

/** Slack's own three control characters; nothing else of its markup can call people or make links without them. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** At most so many characters once escaped, never cut within an entity. */
function fitted(text: string, most: number): string {
  const whole = escaped(text);
  if (whole.length <= most) return whole;
  let out = '';
  for (const character of text) {
    const next = escaped(character);
    if (out.length + next.length > most - 1) break;
    out += next;
  }
  return `${out}…`;
}

/** A header shows text as it is: only its length is bounded, and no character is cut in half. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let out = '';
  for (const character of text) {
    if (out.length + character.length > most - 1) break;
    out += character;
  }
  return `${out}…`;
}

export function slackMessage(message: Notification): SlackMessage {
  const { title, run, at, id } = message;
  const body = linesOf(message).join('\n');
  const origin = [`plumbline ${at}`, ...(run === null ? [] : [`run ${run}`]), `message ${id}`].join(' · ');
  return {
    text: fitted(title, LIMITS.text),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, LIMITS.header), emoji: false } },
      // `verbatim`: names of people and channels in a value are text, not mentions.
      {
        type: 'section',
        text: { type: 'mrkdwn', text: fitted(body, LIMITS.section), verbatim: true },
      },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: fitted(origin, LIMITS.context), verbatim: true }],
      },
    ],
  };
}
