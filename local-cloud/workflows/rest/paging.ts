/** Pages and order of list methods. */
import { ApiError } from '../../core/errors.ts';

export interface PageLimits {
  readonly fallback: number;
  /** Larger requests are coerced down to it. */
  readonly max: number;
  /** Items left out before the page begins. */
  readonly skip?: number;
}

/** One page. The token names the last item seen, so that items created meanwhile move nothing. */
export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  query: URLSearchParams,
  { fallback, max, skip = 0 }: PageLimits,
): { items: T[]; nextPageToken?: string } {
  const size = Math.min(sizeOf(query.get('pageSize')) || fallback, max);
  const token = query.get('pageToken') ?? '';
  const start = (token === '' ? 0 : after(items, nameOf, token)) + skip;
  const chosen = items.slice(start, start + size);
  const last = chosen.at(-1);
  if (last === undefined || start + size >= items.length) return { items: chosen };
  return { items: chosen, nextPageToken: Buffer.from(nameOf(last)).toString('base64url') };
}

function sizeOf(text: string | null): number {
  const size = Number(text ?? 0);
  if (Number.isInteger(size) && size >= 0) return size;
  throw new ApiError('INVALID_ARGUMENT', `pageSize must be a number of items; got: ${text ?? ''}`);
}

function after<T>(items: readonly T[], nameOf: (item: T) => string, token: string): number {
  const name = Buffer.from(token, 'base64url').toString();
  const at = items.findIndex((item) => nameOf(item) === name);
  if (at < 0) throw new ApiError('INVALID_ARGUMENT', 'The provided page token is invalid.');
  return at + 1;
}

/** `a desc, b` → a comparison. Throws INVALID_ARGUMENT for fields that cannot order this list. */
export function compileOrder<T>(
  text: string,
  fields: Readonly<Record<string, (item: T) => string | number | undefined>>,
): (a: T, b: T) => number {
  const keys = text.split(',').map((part) => {
    const [name = '', direction = 'asc', ...rest] = part.trim().split(/\s+/);
    const read = fields[name];
    if (read === undefined || !['asc', 'desc'].includes(direction) || rest.length > 0) {
      const known = Object.keys(fields).join(', ');
      throw new ApiError('INVALID_ARGUMENT', `orderBy "${text}" is not understood; known fields: ${known}`);
    }
    return { read, sign: direction === 'desc' ? -1 : 1 };
  });
  return (a, b) => {
    for (const { read, sign } of keys) {
      const left = read(a) ?? '';
      const right = read(b) ?? '';
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  };
}
