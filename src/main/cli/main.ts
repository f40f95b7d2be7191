#!/usr/bin/env node
import process from 'node:process';
import { runCli } from './cli.ts';
import { openSandbox, openWindow } from './open-electron-host.ts';
import { ownVersion } from './own-version.ts';
import { processIo } from './process-io.ts';

const exitCode = await runCli(process.argv.slice(2), {
  io: processIo(),
  openSandbox,
  openWindow,
  version: ownVersion(import.meta.dirname),
});

// Not just process.exitCode: all output has left by now, and a host that does not answer must not keep a
// finished command alive. Exiting closes the channel to the host, upon which it ends itself.
process.exit(exitCode);
