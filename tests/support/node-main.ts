/** A program for tests: a Node that is a sandbox's main process. Prints the pids of its sidecars, and waits. */
import process from 'node:process';
import { nodeSandbox } from './node-sandbox.ts';

const LOOP = 'import signal\nsignal.signal(2, signal.SIG_IGN)\nprint("in", flush=True)\nwhile True: pass';

const standby = process.argv.includes('--standby');
let inReserve: () => void;
const hasReserve = new Promise<void>((resolve) => {
  inReserve = resolve;
});

const sandbox = nodeSandbox({
  memoryMiB: 256,
  standby,
  onEvent: (event) => {
    if (event.type !== 'process-started') return;
    process.stdout.write(`${event.role} ${event.pid}\n`);
    if (event.role === 'standby') inReserve();
  },
});
// One is started in reserve once a run has ended.
if (standby) {
  await sandbox.run({ code: '1' });
  await hasReserve;
}
await sandbox.run({ code: LOOP }, { onOutput: () => void process.stdout.write('looping\n') });
