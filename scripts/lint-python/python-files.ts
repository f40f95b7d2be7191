import { existsSync } from 'node:fs';
import path from 'node:path';
import { lastWords, runProgram } from '../shared/run-program.ts';
import { SetupError } from '../shared/setup-error.ts';

/** The project's own `.py` files, relative to `root`, with slashes: those that git has, or would take. */
export async function pythonFiles(root: string): Promise<string[]> {
  const listed = await runProgram(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.py'],
    { cwd: root },
  );
  if (listed.code !== 0) throw new SetupError(`git can't list the Python files: ${lastWords(listed)}`);
  return (
    listed.stdout
      .split('\0')
      // One that is deleted is listed until that is committed.
      .filter((file) => file !== '' && existsSync(path.join(root, file)))
  );
}
