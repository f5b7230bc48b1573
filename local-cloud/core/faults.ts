/**
 * Faults a test or a demo orders through the control route: which calls they hit, and what those calls then meet.
 * No SDK can reach this by accident; the services ask it before every call.
 */

/** Every given condition must hold for a rule to hit; `contains` looks at path and target together. */
export interface FaultRule {
  readonly id: string;
  /** Service name as in the endpoints table, e.g. `compute`; `kubernetes` and `endpoint` for those planes. */
  readonly service?: string;
  /** Method id, e.g. `compute.routers.get`; a trailing `*` matches any ending. */
  readonly method?: string;
  /** A piece of the path, the cluster name or the tenant's project. */
  readonly contains?: string;
  /** The caller's email. */
  readonly principal?: string;
  /** Answer with this HTTP status and Google's (or Kubernetes') error body. */
  readonly status?: number;
  readonly message?: string;
  /** Send this text as the body instead, with `status` (default 200): nonsense, truncation, an empty page. */
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Wait this long in cloud time first; combined with nothing else the call then goes on as usual. */
  readonly delayMs?: number;
  /** Accept the call and never answer. */
  readonly hang?: boolean;
  /** Drop the connection. */
  readonly reset?: boolean;
  /** Do the work, then lose the answer: the connection drops after the handler has run. */
  readonly loseAnswer?: boolean;
  /** Hit this many times, then lie still. Without it: until removed. */
  readonly times?: number;
}

export interface FaultTarget {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly target?: string;
  readonly principal?: string;
}

interface Armed {
  readonly rule: FaultRule;
  hits: number;
}

export class Faults {
  readonly #armed = new Map<string, Armed>();
  #next = 1;

  order(rule: Omit<FaultRule, 'id'> & { id?: string }): FaultRule {
    const id = rule.id ?? `fault-${this.#next++}`;
    const whole: FaultRule = { ...rule, id };
    this.#armed.set(id, { rule: whole, hits: 0 });
    return whole;
  }

  lift(id: string): boolean {
    return this.#armed.delete(id);
  }

  clear(): void {
    this.#armed.clear();
  }

  list(): (FaultRule & { hits: number })[] {
    return [...this.#armed.values()].map(({ rule, hits }) => ({ ...rule, hits }));
  }

  /** The first rule that hits this call, counted as used; undefined when the call may go on unharmed. */
  take(call: FaultTarget): FaultRule | undefined {
    for (const armed of this.#armed.values()) {
      if (!hits(armed.rule, call)) continue;
      if (armed.rule.times !== undefined && armed.hits >= armed.rule.times) continue;
      armed.hits += 1;
      return armed.rule;
    }
    return undefined;
  }
}

function hits(rule: FaultRule, call: FaultTarget): boolean {
  if (rule.service !== undefined && rule.service !== call.service) return false;
  if (rule.method !== undefined && !matches(rule.method, call.method)) return false;
  if (rule.principal !== undefined && rule.principal !== call.principal) return false;
  if (rule.contains !== undefined && !`${call.path} ${call.target ?? ''}`.includes(rule.contains))
    return false;
  return true;
}

const matches = (pattern: string, method: string): boolean =>
  pattern.endsWith('*') ? method.startsWith(pattern.slice(0, -1)) : pattern === method;
