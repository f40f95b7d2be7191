import { randomUUID } from 'node:crypto';
import process from 'node:process';
import type { Readable } from 'node:stream';
// A namespace import: outside Electron these names are missing, and the library reports that in its own words.
import * as electron from 'electron';
import type { Details, Session, UtilityProcess } from 'electron';
import { fromEmitterPort } from '../../../shared/rpc/port.ts';
import { StderrMonitor } from './stderr-monitor.ts';
import { NO_CODE_FROM_STRINGS, sidecarEnvironment, type SidecarLauncher, whenStarted } from './launcher.ts';
import type { ProcessExit, SidecarProcess } from '../sidecar/sidecar-process.ts';
import { utilityExit } from './utility-exit.ts';

/** How long Electron may take to report why a process exited, after its 'exit' event, in ms. */
const REASON_LIMIT_MS = 200;

const KIBIBYTE = 1024;

/** Memory by Electron's metrics, for systems whose process table can't be read. */
const measuredByElectron = (pid: number): number | null => {
  const metric = electron.app.getAppMetrics().find((metrics) => metrics.pid === pid);
  return metric === undefined ? null : metric.memory.workingSetSize * KIBIBYTE;
};

/** Name of an in-memory partition that nothing else uses. */
const PARTITION = 'vivarium-python';

/** A session that refuses every request. Utility processes can be given one from Electron 43 on; `net` uses it. */
const closedSession = (): Session => {
  const opened = electron.session.fromPartition(PARTITION);
  opened.webRequest.onBeforeRequest((_details, decide) => decide({ cancel: true }));
  return opened;
};

/** Why the process of that name is gone, or null when Electron does not say. */
const goneDetails = (name: string, child: UtilityProcess): Promise<Details | null> =>
  new Promise((resolve) => {
    let tooLate: NodeJS.Timeout | undefined;
    const settle = (details: Details | null): void => {
      clearTimeout(tooLate);
      electron.app.off('child-process-gone', onGone);
      resolve(details);
    };
    const onGone = (_event: unknown, details: Details): void => {
      if (details.name === name) settle(details);
    };
    electron.app.on('child-process-gone', onGone);
    child.once('exit', () => {
      tooLate = setTimeout(() => settle(null), REASON_LIMIT_MS);
    });
  });

/**
 * Twice what V8 lets a function of WebAssembly do before it optimizes it (13,000,000 in Electron 33). Python's start and the
 * first import of packages run hundreds of large functions a few times: optimizing them keeps the processor from both, on
 * two cores for half a second of the first import of pandas. What runs for long is optimized all the same.
 */
const LATER_OPTIMIZATION = '--wasm-tiering-budget=26000000';

/** Starts sidecars as Electron utility processes. */
export class ElectronLauncher implements SidecarLauncher {
  readonly #script: string;

  /** @param script path of the built sidecar script */
  constructor(script: string) {
    this.#script = script;
  }

  async launch(): Promise<SidecarProcess> {
    // A name per process: 'child-process-gone' identifies the process by nothing else.
    const name = `python sidecar ${randomUUID()}`;
    const child = electron.utilityProcess.fork(this.#script, [], {
      serviceName: name,
      env: sidecarEnvironment(),
      stdio: 'pipe',
      execArgv: [`--js-flags=${NO_CODE_FROM_STRINGS} ${LATER_OPTIMIZATION}`],
      // Older versions of Electron ignore both options.
      session: closedSession(),
      // macOS would attribute its permission requests to the app otherwise.
      disclaim: true,
    });
    // Output of runs does not use these pipes; unread, they would fill up.
    child.stdout?.resume();
    // Electron types its streams by their base class.
    const stderr = new StderrMonitor(child.stderr as Readable | null);
    // Without a listener, a fatal V8 error in it would throw here; its message is on standard error as well.
    child.on('error', () => undefined);
    const exited = this.#exit(name, child, stderr);
    const started = await whenStarted(child, exited);
    const { port1, port2 } = new electron.MessageChannelMain();
    child.postMessage(null, [port2]);
    const { pid } = started;
    return {
      ...started,
      port: fromEmitterPort(port1),
      exited,
      residentBytes: () => started.residentBytes() ?? measuredByElectron(pid),
    };
  }

  async #exit(name: string, child: UtilityProcess, stderr: StderrMonitor): Promise<ProcessExit> {
    const reason = goneDetails(name, child);
    const code = await new Promise<number>((resolve) => {
      child.once('exit', resolve);
    });
    const exit = utilityExit(code, await reason, process.platform);
    const failed = exit.signal !== null || exit.code !== 0;
    return {
      ...exit,
      outOfMemory: exit.outOfMemory || (failed && (await stderr.saidOutOfMemory(exit.signal))),
    };
  }
}
