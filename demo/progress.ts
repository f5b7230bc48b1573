/** Tells the story on stderr: live in a terminal, plain lines elsewhere. stdout stays free for the result. */
import pc from 'picocolors';

export interface Progress {
  /** A numbered step of the story begins. */
  step(title: string): void;
  /** Something worth a line. */
  line(text: string): void;
  /** What is happening right now; replaced by the next thing in a terminal, left out elsewhere. */
  live(text: string): void;
  failed(text: string): void;
}

export function progressTo(stream: NodeJS.WriteStream): Progress {
  const terminal = stream.isTTY && process.env['TERM'] !== 'dumb';
  const colours = pc.createColors(terminal && process.env['NO_COLOR'] === undefined);
  const clear = () => (terminal ? '\r\u001b[K' : '');
  let steps = 0;
  return {
    step: (title) => {
      steps += 1;
      stream.write(`${clear()}${colours.bold(`${steps}. ${title}`)}\n`);
    },
    line: (text) => stream.write(`${clear()}   ${text}\n`),
    live: (text) => {
      if (terminal) stream.write(`${clear()}   ${colours.dim(text.slice(0, (stream.columns || 80) - 4))}`);
    },
    failed: (text) => stream.write(`${clear()}   ${colours.red('✗')} ${text}\n`),
  };
}
