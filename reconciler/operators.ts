/** Who may act on the fleet as a whole: start a rollout, or let launches past the breaker. Pure. */

/** Emails; `anyone` where nothing is at stake. */
export type Operators = 'anyone' | readonly string[];

/** Why this person may not; undefined when they may. */
export function notOperator(operators: Operators, who: string): string | undefined {
  if (operators === 'anyone' || operators.includes(who)) return undefined;
  return operators.length === 0
    ? `nobody is named as a platform operator; name ${who} under operators: in plumbline.yaml, or in PLUMBLINE_OPERATORS`
    : `${who} is no platform operator; these are: ${operators.join(', ')}`;
}
