/**
 * Makes text from clusters and records safe to print: an environment variable may hold an escape sequence that would
 * move the reader's cursor, or a bidirectional mark that would make a line read differently than it is.
 */

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Replaces every character that would act instead of show by its `\uXXXX` spelling. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
