/** A real supervisor with fake processes under it. */
import { onTestFinished } from 'vitest';
import type { Asset } from '../../../src/main/runtime/runtime-assets.ts';
import type { ProcessEnd } from '../../../src/main/run/verdict.ts';
import type { SidecarClient } from '../../../src/main/sandbox/sidecar/sidecar-client.ts';
import type { SupervisorOptions } from '../../../src/main/sandbox/process/supervisor-options.ts';
import { Supervisor } from '../../../src/main/sandbox/process/supervisor.ts';
import type { ProcessRole, SandboxState } from '../../../src/shared/contract/sandbox-events.ts';
import { FakeClock, FakeLauncher, turns, type Behaviour } from './support.ts';

export const IDLE_MS = 900_000;
const STEP_MS = 2500;

export interface Ended extends ProcessEnd {
  readonly pid: number | null;
  readonly role: ProcessRole;
}

export interface SupervisorStage {
  readonly supervisor: Supervisor;
  readonly clock: FakeClock;
  readonly launcher: FakeLauncher;
  readonly states: SandboxState['name'][];
  /** Processes that came to life and are gone. */
  readonly gone: SidecarClient[];
  readonly ends: Ended[];
  readonly started: [number, ProcessRole][];
  readonly promoted: number[];
  readonly readings: number[];
  /** Pids of the processes that are there. */
  readonly alive: () => number[];
  /** Lets time pass in steps that leave room for answers to the heartbeat. */
  readonly elapse: (ms: number) => Promise<void>;
}

export const supervisorStage = (
  behave: (launch: number) => Behaviour | Promise<Behaviour> = () => ({}),
  options: Partial<SupervisorOptions> = {},
  loadAssets: () => Promise<readonly Asset[]> = async () => [],
): SupervisorStage => {
  const clock = new FakeClock();
  const launcher = new FakeLauncher(behave);
  const stage = {
    states: [] as SandboxState['name'][],
    gone: [] as SidecarClient[],
    ends: [] as Ended[],
    started: [] as [number, ProcessRole][],
    promoted: [] as number[],
    readings: [] as number[],
  };
  const supervisor = new Supervisor({
    launcher,
    loadAssets,
    lockdown: async () => ({ enabled: false, dataLimitMiB: null, binding: null }),
    clock,
    memoryMiB: 64,
    idleMs: IDLE_MS,
    standby: false,
    spares: 0,
    crashLimit: { crashes: 10, windowMs: 300_000 },
    freeMemory: () => 64 * 1024 ** 3,
    warmUp: () => Promise.resolve(),
    finishSessions: () => null,
    ...options,
    events: {
      onState: ({ name }) => {
        stage.states.push(name);
        throw new Error('a careless listener');
      },
      onStarted: (pid, role) => stage.started.push([pid, role]),
      onPromoted: (pid) => stage.promoted.push(pid),
      onEnded: (sidecar, role, end) => {
        stage.ends.push({ ...end, pid: sidecar?.pid ?? null, role });
        if (sidecar !== undefined) stage.gone.push(sidecar);
      },
      onMemory: (_sidecar, { resident }) => stage.readings.push(resident.usedBytes),
    },
  });
  onTestFinished(() => {
    for (const process of launcher.processes) process.exit(0);
  });
  const alive = (): number[] =>
    launcher.processes.filter((process) => process.isAlive()).map(({ pid }) => pid);
  const elapse = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      clock.advance(Math.min(left, STEP_MS));
      await turns(2);
    }
  };
  return { supervisor, clock, launcher, alive, elapse, ...stage };
};
