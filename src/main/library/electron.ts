/** `vivarium/main`: the sandbox for Electron's main process. */
import { electronPlatform } from './electron-platform.ts';
import type { Sandbox, SandboxOptions } from './api/api.ts';
import { openSandbox } from './library-sandbox.ts';

export * from './exports.ts';
export { openPythonSettings } from './python-settings.ts';
export { createQuestions } from './questions.ts';
export {
  registerInterpreter,
  type InterpreterPage,
  type RegisterInterpreterOptions,
} from './pages/register-electron-interpreter.ts';

/**
 * Makes a sandbox. Nothing is started before the first run, and Electron need not be ready yet.
 *
 * @throws VivariumError `invalid-option`, `not-electron`, `unsupported-electron`, `assets-missing`,
 *   `assets-damaged`, `lockdown-unavailable`
 */
export const createSandbox = (options: SandboxOptions = {}): Sandbox =>
  openSandbox(options, electronPlatform(import.meta.url));
