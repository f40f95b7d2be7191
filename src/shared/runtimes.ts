/**
 * The ways to run Python, and in what they differ. Code that treats one unlike another asks this table, or switches
 * over all names: a comparison with one name, which takes every other runtime for its opposite, is a lint error.
 */
import { z } from 'zod';

export interface RuntimeTraits {
  /** Whether the code is kept from the user's files, programs and network. */
  readonly sandboxed: boolean;
  /** Whether it runs in the sidecar: its state, memory and crashes are those that the supervisor tells of. */
  readonly supervised: boolean;
  /** Whether the memory limit of the settings holds. */
  readonly limitsMemory: boolean;
  /** Whether a session's variables and files outlive a run. */
  readonly keepsSessions: boolean;
  /** Whether files of the working directory can be listed and handed out. */
  readonly hasFiles: boolean;
  readonly installsPackages: boolean;
  /** Whether `input()` is answered. */
  readonly takesInput: boolean;
  /** Whether code can call functions of the program that runs it. */
  readonly callsFunctions: boolean;
  /** Whether there are packages to download before it is at its best. */
  readonly downloads: boolean;
  /** Whether the user names the interpreter's program, and has to for the tool. */
  readonly needsProgram: boolean;
}

export const RUNTIMES = {
  embedded: {
    sandboxed: true,
    supervised: true,
    limitsMemory: true,
    keepsSessions: true,
    hasFiles: true,
    installsPackages: true,
    takesInput: true,
    callsFunctions: true,
    downloads: true,
    needsProgram: false,
  },
  native: {
    sandboxed: false,
    supervised: false,
    limitsMemory: false,
    keepsSessions: true,
    hasFiles: false,
    installsPackages: false,
    takesInput: true,
    callsFunctions: false,
    downloads: false,
    needsProgram: true,
  },
} as const satisfies Readonly<Record<string, RuntimeTraits>>;

export type PythonRuntime = keyof typeof RUNTIMES;

export const DEFAULT_RUNTIME: PythonRuntime = 'embedded';

export const RUNTIME_NAMES = Object.keys(RUNTIMES) as readonly PythonRuntime[];

export const PythonRuntime = z.enum(
  RUNTIME_NAMES,
  `must be ${RUNTIME_NAMES.map((name) => `"${name}"`).join(' or ')}`,
);

/** Without the literal values of the table, by which TypeScript would take a third runtime to be impossible. */
export const traitsOf = (runtime: PythonRuntime): RuntimeTraits => RUNTIMES[runtime];
