/** Reads the files people name, `-` for stdin, with an error that says what is wrong with a file and where. */
import { readFileSync, statSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { ToolError } from './failure.ts';

export interface Source {
  /** As it was named; `<stdin>` for `-`. */
  readonly file: string;
  readonly text: string;
}

/** Far above what Workflows takes: only so that a wrong file does not fill the memory. */
const MAX_BYTES = 16 * 1024 * 1024;

const STDIN = 0;

/** Throws a {@link ToolError} for a file that is missing, no file, too large or not text. */
export function readSource(path: string): Source {
  const file = path === '-' ? '<stdin>' : path;
  const bytes = readBytes(path, file);
  if (!isUtf8(bytes)) {
    const { line, column } = firstBadByte(bytes);
    throw new ToolError(`${file}:${line}:${column}: the file is not UTF-8 text; save it as UTF-8`);
  }
  return { file, text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
}

function readBytes(path: string, file: string): Buffer {
  try {
    if (path === '-') return readFileSync(STDIN);
    const stats = statSync(path);
    if (stats.isDirectory()) throw new ToolError(`${file} is a folder; name the files in it`);
    if (stats.size > MAX_BYTES) {
      throw new ToolError(`${file} has ${stats.size} bytes; no workflow is that large`);
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof ToolError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ToolError(`${file} does not exist`);
    if (code === 'EACCES') throw new ToolError(`${file} cannot be read: permission denied`);
    throw new ToolError(`${file} cannot be read: ${message}`);
  }
}

function firstBadByte(bytes: Buffer): { line: number; column: number } {
  let line = 1;
  let start = 0;
  // A line break is never a part of a longer character, so lines can be judged one by one.
  for (let end = bytes.indexOf(10); end !== -1 && isUtf8(bytes.subarray(start, end));) {
    line += 1;
    start = end + 1;
    end = bytes.indexOf(10, start);
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let column = 1;
  try {
    for (const byte of bytes.subarray(start)) {
      column += decoder.decode(Uint8Array.of(byte), { stream: true }).length;
    }
  } catch {
    // This byte it is.
  }
  return { line, column };
}
