import { findProgram } from '../shared/find-program.ts';
import { lastWords } from '../shared/run-program.ts';
import { SetupError } from '../shared/setup-error.ts';
import type { Machine } from './machine.ts';
import { ensureNeed } from './system-packages.ts';

/** The major version of the Chromium inside the Electron that the project declares. */
export const ELECTRONS_CHROMIUM = 156;

export interface Chromium {
  /** Path of the program. */
  readonly program: string;
  /** Such as "156.0.8078.108". */
  readonly version: string;
}

/**
 * Finds the system's Chromium, or installs it where that is allowed. Its V8 is that of the declared Electron, which
 * not every machine can get.
 *
 * @throws SetupError
 */
export async function obtainChromium(machine: Machine): Promise<Chromium> {
  await ensureNeed(machine, {
    who: 'The check of the guest core in a browser',
    missing: () => Promise.resolve(chromiumOnPath(machine) === undefined ? ['chromium'] : []),
  });
  return findChromium(machine);
}

/** The system's Chromium, if it is recent enough; nothing is installed. @throws SetupError */
export async function findChromium(machine: Machine): Promise<Chromium> {
  const program = chromiumOnPath(machine);
  if (program === undefined) {
    throw new SetupError('there is no "chromium" on PATH. "npm run provision -- --chromium" installs it');
  }
  const version = await versionOf(machine, program);
  if (Number.parseInt(version, 10) >= ELECTRONS_CHROMIUM) return { program, version };
  throw new SetupError(
    `${program} is version ${version}, and Chromium ${ELECTRONS_CHROMIUM} or newer is needed. Update it with\n` +
      '  sudo apt-get update && sudo apt-get install -y chromium\nthen run this again.',
  );
}

const chromiumOnPath = (machine: Machine): string | undefined => findProgram('chromium', machine.env);

/** Asked of the program itself. */
async function versionOf(machine: Machine, program: string): Promise<string> {
  const result = await machine.run(program, ['--version'], { env: machine.env }).catch(() => undefined);
  const version = /^Chromium (\d+(?:\.\d+)+)/mu.exec(result?.stdout ?? '')?.[1];
  if (version !== undefined) return version;
  throw new SetupError(
    `${program} does not say that it is Chromium. It said:\n${result === undefined ? '' : lastWords(result)}`,
  );
}
