/** The paths findings show: `containers[web].env[LOG_LEVEL]`. Names stand in brackets and may hold anything. */

/** A path into an item of a list or map; what would end the brackets early is escaped. */
export const inside = (path: string, name: string): string =>
  `${path}[${/[\]\\]/.test(name) ? name.replace(/[\]\\]/g, '\\$&') : name}]`;

const NAMES = /\[((?:[^\]\\]|\\.)*)\]/gs;

/** The path without its names: `containers[].env[]`, as the declarations have it. */
export const patternOf = (path: string): string => path.replace(NAMES, '[]');

/** The innermost name of a path; empty where there is none. */
export const lastName = (path: string): string =>
  [...path.matchAll(NAMES)].at(-1)?.[1]?.replace(/\\(.)/gs, '$1') ?? '';

/** The place of a declaration as steps: numbers are positions in a list. */
export const stepsOf = (at: string | readonly string[]): readonly (string | number)[] =>
  typeof at === 'string' ? at.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : at;
