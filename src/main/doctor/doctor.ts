import type { DoctorReport } from '../../shared/contract/doctor.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { raceStop } from '../base/stop-signal.ts';
import { Examination, type ExaminationOptions } from './examination.ts';
import { allHold, examineLayers } from './examine-layers.ts';

export interface DoctorOptions extends ExaminationOptions {
  /** The id of the process that examines. */
  readonly pid: number;
  /** Such as `3.14`. */
  readonly pythonVersion: () => Promise<string>;
  readonly machine: () => Pick<DoctorReport, 'system' | 'paths'> & {
    readonly versions: Omit<DoctorReport['versions'], 'python'>;
    readonly memory: Omit<DoctorReport['memory'], 'sidecarMiB'>;
  };
  /** The system's, unless a test holds it still. */
  readonly clock?: Clock;
}

/** Longest that an examination may take, in ms; some seconds are usual. */
const LIMIT_MS = 60_000;
/** For one that was given up to end its process and take its folder away, in ms. */
const CLEAN_UP_MS = 5000;

/** Looks at the isolation of this very installation, by trying to break it. */
export class Doctor {
  readonly #options: DoctorOptions;

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  /**
   * @throws Error when the process can't be started, dies, or does not answer within a minute: nothing was
   * found out then
   */
  async examine(): Promise<DoctorReport> {
    const { clock = systemClock } = this.#options;
    const examination = new Examination(this.#options);
    const report = this.#report(examination);
    const uncancelled = new AbortController().signal;
    const raced = await raceStop(report, clock, LIMIT_MS, uncancelled);
    if (raced.stopped === null) return raced.value;
    const { step } = examination;
    examination.giveUp();
    await raceStop(Promise.allSettled([report]), clock, CLEAN_UP_MS, uncancelled);
    throw new Error(
      `the examination was not done after ${LIMIT_MS / 1000} s and was ended while ${step}; ` +
        'try again when the computer has less to do',
    );
  }

  async #report(examination: Examination): Promise<DoctorReport> {
    const python = await this.#options.pythonVersion();
    const { findings, sidecarMiB } = await examination.run();
    const { system, versions, memory, paths } = this.#options.machine();
    const layers = examineLayers(findings, system.platform, this.#options.pid);
    return {
      ok: allHold(layers),
      layers,
      probes: [...findings.probes],
      connections: findings.connections,
      system,
      versions: { ...versions, python },
      memory: { ...memory, sidecarMiB },
      paths,
    };
  }
}
