/**
 * The command line in a process of its own, with a sandbox that prints lines until it is cancelled.
 * Started by process.test.ts.
 */
import process from 'node:process';
import { runCli } from '../../../src/main/cli/cli.ts';
import { processIo } from '../../../src/main/cli/terminal/process-io.ts';
import { resultOf } from '../../support/run-results.ts';
import { errorOf } from './harness.ts';

const exitCode = await runCli(process.argv.slice(2), {
  io: processIo(),
  openSandbox: async () => ({
    async run(request, { signal, onOutput } = {}) {
      // The test's cue: signals are handled from here on.
      process.stderr.write('running\n');
      if (request.code === 'hang') {
        signal?.addEventListener('abort', () => process.stderr.write('told\n'));
        await new Promise<never>(() => setInterval(() => undefined, 1000));
      }
      while (signal?.aborted !== true) {
        await onOutput?.({ stream: 'stdout', bytes: new TextEncoder().encode(`${'x'.repeat(1000)}\n`) });
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (request.code === 'once') return resultOf({ value: { text: 'v'.repeat(1_000_000) } });
      }
      return resultOf({ status: 'cancelled', error: errorOf('cancelled', '', '') });
    },
    dispose: async () => undefined,
  }),
  openSessions: () => Promise.reject(new Error('no sessions here')),
  examine: () => Promise.reject(new Error('no doctor here')),
  openNative: async () => {
    throw new Error('no native Python here');
  },
  openWindow: async () => 0,
  packageSettings: () => Promise.resolve({ autoInstall: true, mirror: '', allow: [] }),
  openPackages: () => Promise.reject(new Error('no packages here')),
  chartScript: () => Promise.reject(new Error('no charts here')),
  version: '0',
});
process.exit(exitCode);
