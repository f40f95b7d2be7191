/** A program for tests: a Node that is a sandbox's main process. Prints the pids of its sidecars, and waits. */
import process from 'node:process';
import { nodeSandbox } from './node-sandbox.ts';

const LOOP = 'import signal\nsignal.signal(2, signal.SIG_IGN)\nprint("in", flush=True)\nwhile True: pass';

const sandbox = nodeSandbox({
  memoryMiB: 256,
  standby: process.argv.includes('--standby'),
  onEvent: (event) => {
    if (event.type === 'process-started') process.stdout.write(`${event.role} ${event.pid}\n`);
  },
});
await sandbox.run({ code: LOOP }, { onOutput: () => void process.stdout.write('looping\n') });
