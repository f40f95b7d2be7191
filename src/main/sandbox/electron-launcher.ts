import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { app, MessageChannelMain, utilityProcess, type Details, type UtilityProcess } from 'electron';
import { fromEmitterPort } from '../../shared/rpc/port.ts';
import { LastWords } from './last-words.ts';
import {
  NO_CODE_FROM_STRINGS,
  SIDECAR_ENVIRONMENT,
  type ProcessExit,
  type SidecarLauncher,
  type SidecarProcess,
  whenStarted,
} from './launcher.ts';

/** For Electron to tell why a process is gone, after having told that it is, in ms. */
const REASON_LIMIT_MS = 200;

const KIBIBYTE = 1024;

/** What Electron measures itself, where the system's process table can't be read. */
const measuredByElectron = (pid: number): number | null => {
  const metric = app.getAppMetrics().find((process) => process.pid === pid);
  return metric === undefined ? null : metric.memory.workingSetSize * KIBIBYTE;
};

/** Electron gives the number of the signal as the exit code of what a signal ended. */
const signalNamed = (number: number): string | null =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;

/** Why the process of that name is gone, or null when Electron does not say. */
const goneDetails = (name: string, child: UtilityProcess): Promise<Details | null> =>
  new Promise((resolve) => {
    let tooLate: NodeJS.Timeout | undefined;
    const settle = (details: Details | null): void => {
      clearTimeout(tooLate);
      app.off('child-process-gone', onGone);
      resolve(details);
    };
    const onGone = (_event: unknown, details: Details): void => {
      if (details.name === name) settle(details);
    };
    app.on('child-process-gone', onGone);
    child.once('exit', () => {
      tooLate = setTimeout(() => settle(null), REASON_LIMIT_MS);
    });
  });

/** Starts sidecars as Electron utility processes. */
export class ElectronLauncher implements SidecarLauncher {
  readonly #script: string;

  /** @param script path of the built sidecar script */
  constructor(script: string) {
    this.#script = script;
  }

  async launch(): Promise<SidecarProcess> {
    // One name per process: it is all that tells whose end Electron reports, whichever launcher started it.
    const name = `python sidecar ${randomUUID()}`;
    const child = utilityProcess.fork(this.#script, [], {
      serviceName: name,
      env: { ...SIDECAR_ENVIRONMENT },
      stdio: 'pipe',
      execArgv: [`--js-flags=${NO_CODE_FROM_STRINGS}`],
    });
    // Nothing of a run comes this way; unread pipes would fill up.
    child.stdout?.resume();
    // Electron hands its streams out under the type of what they extend.
    const words = new LastWords(child.stderr as Readable | null);
    // Unheard, a fatal error of its engine would end this process; what it is about is on standard error as well.
    child.on('error', () => undefined);
    const exited = this.#exit(name, child, words);
    const started = await whenStarted(child, exited);
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage(null, [port2]);
    const { pid } = started;
    return {
      ...started,
      port: fromEmitterPort(port1),
      exited,
      residentBytes: () => started.residentBytes() ?? measuredByElectron(pid),
    };
  }

  async #exit(name: string, child: UtilityProcess, words: LastWords): Promise<ProcessExit> {
    const reason = goneDetails(name, child);
    const code = await new Promise<number>((resolve) => {
      child.once('exit', resolve);
    });
    const details = await reason;
    const bySignal = details?.reason === 'killed' || details?.reason === 'crashed';
    const signal = bySignal ? signalNamed(code) : null;
    const told = details?.reason === 'oom' || (code !== 0 && (await words.saidOutOfMemory(signal)));
    return { code: signal === null ? code : null, signal, outOfMemory: told };
  }
}
