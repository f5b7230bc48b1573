/** Times as Spanner writes them: RFC 3339 in UTC, without trailing zeros in the fraction. */

export const trimTimestamp = (text: string): string =>
  text.includes('.') ? text.replace(/\.?0*Z$/, 'Z') : text;
