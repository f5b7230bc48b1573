/** How a tool ends: its exit codes, and mistakes a person has to put right. */

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** The message says what, where and how to go on; nothing else is shown. */
export class ToolError extends Error {
  readonly code: number;

  constructor(message: string, code: number = EXIT.usage) {
    super(message);
    this.name = 'ToolError';
    this.code = code;
  }
}
