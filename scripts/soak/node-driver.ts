/** A Node as the sandbox's main process, under soak. */
import process from 'node:process';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import { drive, logToStderr } from './drive.ts';

await drive({
  launcher: (script) => new NodeLauncher(script),
  transport: nodeTransport,
  log: logToStderr,
});
// Whatever else would keep it.
process.exit(0);
