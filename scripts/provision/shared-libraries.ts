import { SetupError } from '../shared/setup-error.ts';
import type { Machine } from './machine.ts';

/** Names of the shared libraries that the dynamic linker does not find for a program. */
export function parseMissingLibraries(lddOutput: string): string[] {
  const missing = [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
  return [...new Set(missing)];
}

/** Versions of the C library that a program needs and this system does not have. */
export function parseMissingGlibc(lddOutput: string): string[] {
  return [
    ...new Set([...lddOutput.matchAll(/version `(GLIBC_[\d.]+)' not found/g)].map((match) => match[1] ?? '')),
  ];
}

export async function missingLibraries(machine: Machine, program: string): Promise<string[]> {
  // ldd's words are translated otherwise.
  const env = { ...machine.env, LC_ALL: 'C' };
  const result = await machine.run('ldd', [program], { env }).catch(() => undefined);
  // Without ldd nothing can be said; Electron itself will name the first library it lacks.
  if (result === undefined) return [];
  const said = `${result.stdout}\n${result.stderr}`;
  const glibc = parseMissingGlibc(said);
  if (
    glibc.length > 0 ||
    (result.code !== 0 && /not a dynamic executable|Not a valid dynamic program/.test(said))
  ) {
    throw new SetupError(
      `this system's C library cannot run Electron (${glibc.join(', ') || 'it is not the GNU C library'}). Use a ` +
        'newer Linux distribution that is built on the GNU C library, Debian or Ubuntu for instance.',
    );
  }
  return parseMissingLibraries(said);
}
