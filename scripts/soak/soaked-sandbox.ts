/** What the parts know of the main process that they run in. */
import { createSandbox } from '../../src/main/create-sandbox.ts';
import type { Transport } from '../../src/main/packages/http/transport.ts';
import type { SidecarLauncher } from '../../src/main/sandbox/process/launcher.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import type { SandboxConfig } from '../../src/main/sandbox/sandbox-config.ts';
import type { RunResult } from '../../src/shared/contract/run.ts';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';

/** What differs between Electron's main and a Node's. */
export interface Surroundings {
  readonly launcher: (script: string) => SidecarLauncher;
  readonly transport: () => Transport;
  /** Says how far it is. */
  readonly log: (line: string) => void;
}

/** Nothing is to hide behind the limit of crashes. */
const NEVER_BROKEN = { crashes: 1_000_000, windowMs: 1 } as const;

/** The sandbox as the app has it, and the unexpected ends of its processes. */
export const soakedSandbox = (
  outDir: string,
  { launcher }: Surroundings,
  config: Partial<Pick<SandboxConfig, 'memoryMiB'>> = {},
): { readonly sandbox: Sandbox; readonly lost: readonly string[] } => {
  const lost: string[] = [];
  const onEvent = (event: SandboxEvent): void => {
    if (event.type === 'process-ended' && event.cause !== 'stopped')
      lost.push(`${event.cause}: ${event.detail}`);
  };
  const sandbox = createSandbox({ outDir, launcher, onEvent, crashLimit: NEVER_BROKEN, ...config });
  return { sandbox, lost };
};

/** A result that is not as it should be, in words. */
export const inWords = ({ error, status, value }: RunResult): string =>
  `${status}${error === null ? '' : ` (${error.type}: ${error.message.slice(0, 200)})`}${value === null ? '' : `, ${value.text.slice(0, 50)}`}`;
