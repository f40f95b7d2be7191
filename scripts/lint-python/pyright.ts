import path from 'node:path';
import { dependencyFolder } from '../shared/project.ts';
import { runProgram } from '../shared/run-program.ts';

export interface TypeReport {
  readonly ok: boolean;
  /** What pyright has to say; empty when all is well. */
  readonly text: string;
}

/** Runs pyright in the folder of a pyrightconfig.json. */
export async function checkTypes(root: string): Promise<TypeReport> {
  const pyright = path.join(dependencyFolder('pyright'), 'index.js');
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    [pyright, '--project', root, '--warnings'],
    // With an empty PATH it finds no Python: its answer must not depend on what is installed in one.
    { cwd: root, env: { ...process.env, PATH: '' } },
  );
  return code === 0 ? { ok: true, text: '' } : { ok: false, text: `${stdout}${stderr}` };
}
