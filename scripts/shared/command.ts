import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { logToStderr } from './log.ts';
import { SetupError } from './setup-error.ts';

/** The exit code the command line promises for a failed set-up. */
const SETUP_FAILED = 70;

/** True when the module was started by name, false when another script imported it. */
export function isCommand(moduleUrl: string): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(moduleUrl));
}

export async function runAsCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = SETUP_FAILED;
    if (error instanceof SetupError) logToStderr(`vivarium: ${error.message}`);
    else logToStderr(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
