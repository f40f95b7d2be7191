import { fork } from 'node:child_process';
import { fromIpcChannel } from '../../../shared/rpc/child-process-port.ts';
import { StderrMonitor } from './stderr-monitor.ts';
import { NO_CODE_FROM_STRINGS, sidecarEnvironment, type SidecarLauncher, whenStarted } from './launcher.ts';
import type { ProcessExit, SidecarProcess } from '../sidecar/sidecar-process.ts';

/** Starts sidecars as plain Node children: for tests and for use without Electron. */
export class NodeLauncher implements SidecarLauncher {
  readonly #script: string;

  /** @param script path of the built sidecar script */
  constructor(script: string) {
    this.#script = script;
  }

  async launch(): Promise<SidecarProcess> {
    const child = fork(this.#script, [], {
      env: sidecarEnvironment(),
      execArgv: [NO_CODE_FROM_STRINGS],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const stderr = new StderrMonitor(child.stderr);
    const exited = new Promise<ProcessExit>((resolve) => {
      child.once('exit', (code, signal) => {
        void stderr
          .saidOutOfMemory(signal)
          .then((outOfMemory) => resolve({ code, signal, outOfMemory: outOfMemory && code !== 0 }));
      });
    });
    const failed = new Promise<Error>((resolve) => {
      // Never removed: a message to a process that is just exiting also causes an error here.
      child.on('error', resolve);
    });
    const started = await Promise.race([
      whenStarted(child, exited),
      failed.then((error) => Promise.reject(error)),
    ]);
    return { ...started, port: fromIpcChannel(child), exited };
  }
}
