import { setFlagsFromString } from 'node:v8';
import { codeFromStringsIsRefused } from '../../shared/code-generation.ts';
import type { SelfCheck } from '../../shared/interpreter.ts';

/** Variables that main gives on purpose, and those that the platform itself sets in any process. */
const EXPECTED_VARIABLES: ReadonlySet<string> = new Set([
  'VIVARIUM_SIDECAR',
  // A Node child process: its channel to main.
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  // Chromium and macOS set these in every child process.
  'DBUS_SESSION_BUS_ADDRESS',
  'CHROME_DESKTOP',
  'GDK_BACKEND',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  '__CF_USER_TEXT_ENCODING',
  'SYSTEMROOT',
  'WINDIR',
]);

/** Turns code generation from strings off where the flag given at the start did not. */
export const forbidCodeFromStrings = (): void => {
  if (!codeFromStringsIsRefused(Function)) setFlagsFromString('--disallow-code-generation-from-strings');
};

/** What must hold in the process before any interpreter is started. */
export const processChecks = (environment: Readonly<Record<string, string | undefined>>): SelfCheck[] => [
  { name: 'process: no code from strings', holds: codeFromStringsIsRefused(Function) },
  {
    name: 'process: environment not inherited',
    holds: Object.keys(environment).every((name) => EXPECTED_VARIABLES.has(name.toUpperCase())),
  },
];
