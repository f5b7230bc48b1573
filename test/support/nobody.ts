/**
 * The address that refuses every connection. A port that was free a moment ago will not do: the test beside it may be
 * given it. This one is privileged, unassigned in practice, and not among those that fetch itself refuses to ask.
 */
export const NOBODY = '127.0.0.1:2';
