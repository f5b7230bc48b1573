/**
 * Where one resource differs from what is wanted of it. The bulk of a pass runs through here with nothing to tell, so
 * a field is looked up among the declarations only where the plain comparison says that it differs. Pure.
 */
import { equal } from './json.ts';
import type { Fields, Want } from './model.ts';
import { kindOf } from './resources/index.ts';

const NONE: readonly string[] = [];

/** Paths of wanted fields that are not as wanted. What lies inside an item that is gone is not told again. */
export function differences(want: Want, have: Fields): readonly string[] {
  let paths: string[] | undefined;
  for (const path in want.fields) {
    const wish = want.fields[path]?.want;
    if (wish === have[path] || wish === undefined) continue;
    const found = Object.hasOwn(have, path) ? have[path] : undefined;
    const kind = kindOf(want);
    if (!(kind === undefined ? equal(wish, found) : kind.same(path, wish, found))) (paths ??= []).push(path);
  }
  return paths === undefined ? NONE : outermost(paths, (path) => have[path] === undefined);
}

/** Paths of what somebody added where we own the whole. What lies inside an addition is not told again. */
export function additions(want: Want, have: Fields): readonly string[] {
  let paths: string[] | undefined;
  for (const path in have) {
    if (want.fields[path] !== undefined) continue;
    if (kindOf(want)?.owns(path)) (paths ??= []).push(path);
  }
  return paths === undefined ? NONE : outermost(paths, () => true);
}

/** Nothing differs and nothing was added. */
export const agrees = (want: Want, have: Fields): boolean =>
  agreesPlainly(want, have) || (differences(want, have).length === 0 && additions(want, have).length === 0);

/**
 * Whether everything wanted was seen and is as wanted, and nothing of ours beside it. Most of a fleet is so, and this
 * is one walk where telling differences and additions takes two; that it is not so says nothing yet.
 */
export function agreesPlainly(want: Want, have: Fields): boolean {
  let unseen = Object.keys(want.fields).length;
  const kind = kindOf(want);
  for (const path in have) {
    const wish = want.fields[path]?.want;
    const found = have[path];
    if (wish === undefined) {
      if (kind?.owns(path)) return false;
    } else if (wish === found || kind?.same(path, wish, found)) unseen -= 1;
    else return false;
  }
  return unseen === 0;
}

/** Without the paths below another one of them that `stands` for all it encloses. */
export function outermost(paths: readonly string[], stands: (path: string) => boolean): readonly string[] {
  if (paths.length === 1) return paths;
  const enclosing = paths.filter(stands);
  return paths.filter((path) => !enclosing.some((other) => path.startsWith(`${other}.`)));
}
