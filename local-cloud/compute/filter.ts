/** The part of Compute Engine's list filters that people and gcloud use: comparisons of one field, joined by AND. */
import { invalid } from '../core/body.ts';
import type { Body, Json } from '../core/store.ts';

const TERM = /^\(?\s*([A-Za-z][\w.]*)\s*(=|!=|\beq\b|\bne\b|:)\s*("[^"]*"|'[^']*'|[^\s()]+)\s*\)?$/;

/**
 * A predicate for `filter`: `name=x`, `name != x`, `labels.tier:*`, `(name eq r.*)`, joined by AND or by brackets
 * standing side by side. `eq` and `ne` take regular expressions that must match the whole value.
 * Throws INVALID_ARGUMENT for what it does not know, rather than giving everything.
 */
export function parseFilter(filter: string | null): (body: Body) => boolean {
  if (!filter) return () => true;
  const terms = filter.split(/\s+AND\s+|(?<=\))\s*(?=\()/).map((text) => {
    const [, field, operator, quoted] = TERM.exec(text.trim()) ?? [];
    if (field === undefined || operator === undefined || quoted === undefined) {
      throw invalid(
        `Invalid value for field 'filter': '${filter}'. The local cloud knows FIELD OP VALUE joined by AND.`,
      );
    }
    return term(field.split('.'), operator, quoted.replace(/^["'](.*)["']$/, '$1'));
  });
  return (body) => terms.every((holds) => holds(body));
}

function term(path: string[], operator: string, want: string): (body: Body) => boolean {
  const pattern = operator === 'eq' || operator === 'ne' ? wholeMatch(want) : undefined;
  return (body) => {
    const value = at(body, path);
    if (operator === ':') return value !== undefined && (want === '*' || text(value).includes(want));
    const same = pattern ? pattern.test(text(value)) : text(value) === want;
    return operator === '=' || operator === 'eq' ? same : !same;
  };
}

function wholeMatch(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    throw invalid(`Invalid value for field 'filter': '${pattern}' is not a regular expression.`);
  }
}

function at(body: Body, path: string[]): Json | undefined {
  let value: Json | undefined = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = value[key];
  }
  return value;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
