/** Paging as Google's list methods do it: page tokens name the last item given, so that inserts and deletes shift nothing. */
import { ApiError } from './errors.ts';

export interface PageLimits<T> {
  /** Page size when none (or 0) is asked for. */
  readonly standard: number;
  readonly max: number;
  /** What a page size above `max` meets: most services silently give `max`, compute refuses. */
  readonly above?: 'clamp' | 'refuse';
  /** Unique per item; the items come in its order. */
  readonly key: (item: T) => string;
}

export interface Page<T> {
  readonly items: T[];
  /** Only there when more follow. */
  readonly nextPageToken?: string;
}

/** One page of `items`. Throws INVALID_ARGUMENT for a bad size or a token we did not give. */
export function pageOf<T>(
  items: readonly T[],
  ask: { size?: string | null; token?: string | null },
  limits: PageLimits<T>,
): Page<T> {
  const size = pageSize(ask.size, limits);
  const after = ask.token ? readPageToken(ask.token) : undefined;
  const rest = after === undefined ? items : items.filter((item) => limits.key(item) > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (rest.length <= size || last === undefined) return { items: page };
  return { items: page, nextPageToken: pageToken(limits.key(last)) };
}

/** The asked-for page size within `limits`. Throws INVALID_ARGUMENT when it is not a whole number from 0 on. */
export function pageSize(
  text: string | null | undefined,
  limits: Pick<PageLimits<never>, 'standard' | 'max' | 'above'>,
): number {
  const size = text ? Number(text) : 0;
  if (!Number.isInteger(size) || size < 0 || (limits.above === 'refuse' && size > limits.max)) {
    throw new ApiError('INVALID_ARGUMENT', `Invalid page size '${text ?? ''}': give 0 to ${limits.max}.`, {
      reason: 'invalidParameter',
    });
  }
  return size === 0 ? limits.standard : Math.min(size, limits.max);
}

export const pageToken = (state: string): string => Buffer.from(`p:${state}`).toString('base64url');

/** What `pageToken` was given. Throws INVALID_ARGUMENT for text that is no token of ours. */
export function readPageToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('p:')) {
    throw new ApiError('INVALID_ARGUMENT', 'The page token is not valid; begin again without one.', {
      reason: 'invalid',
    });
  }
  return text.slice(2);
}
