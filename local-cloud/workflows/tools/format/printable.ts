/** Text of files and of workflows may hold anything; a terminal must see none of its control characters. */

/** All but tab and line feed, and what turns the direction of writing around. */
export const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export const printable = (text: string): string =>
  text.replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
