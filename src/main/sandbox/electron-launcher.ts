import { MessageChannelMain, utilityProcess } from 'electron';
import { fromEmitterPort } from '../../shared/rpc/port.ts';
import {
  killByPid,
  NO_CODE_FROM_STRINGS,
  SIDECAR_ENVIRONMENT,
  type ProcessExit,
  type SidecarLauncher,
  type SidecarProcess,
} from './launcher.ts';

/** Starts sidecars as Electron utility processes. */
export class ElectronLauncher implements SidecarLauncher {
  readonly #script: string;

  /** @param script path of the built sidecar script */
  constructor(script: string) {
    this.#script = script;
  }

  async launch(): Promise<SidecarProcess> {
    const child = utilityProcess.fork(this.#script, [], {
      serviceName: 'python sidecar',
      env: { ...SIDECAR_ENVIRONMENT },
      stdio: 'pipe',
      execArgv: [`--js-flags=${NO_CODE_FROM_STRINGS}`],
    });
    // Nothing of a run comes this way; unread pipes would fill up.
    child.stdout?.resume();
    child.stderr?.resume();
    // A fatal error of its engine: the exit that follows tells enough, but unheard it would end this process.
    child.on('error', () => undefined);
    const exited = new Promise<ProcessExit>((resolve) => {
      child.once('exit', (code) => resolve({ code, signal: null }));
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => {
        if (child.pid === undefined) reject(new Error('the sidecar process has no pid'));
        else resolve(child.pid);
      });
      void exited.then(() => reject(new Error('the sidecar process ended before it had started')));
    });
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage(null, [port2]);
    return { pid, port: fromEmitterPort(port1), exited, kill: () => killByPid(pid) };
  }
}
