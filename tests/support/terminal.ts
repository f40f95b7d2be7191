/** A program at a terminal of its own, made by `script` of util-linux. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Types one of the lines at each appearance of `question`, or of one of several with `|` between them. @returns all that the terminal showed */
export const runInTerminal = async (
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  question: string,
  lines: readonly string[],
): Promise<string> => {
  const child = spawn('script', ['-qec', argv.map(quoted).join(' '), '/dev/null'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let typed = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    const asked = question.split('|').reduce((sum, one) => sum + shown.split(one).length - 1, 0);
    while (typed < lines.length && asked > typed) {
      child.stdin.write(`${lines[typed] ?? ''}\n`);
      typed += 1;
    }
  });
  await once(child, 'close');
  return shown;
};
