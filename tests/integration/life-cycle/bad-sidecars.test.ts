/** Real processes that are no sidecars, or stop being one: each run is told, and none is left behind. */
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/main/base/clock.ts';
import type { SidecarLauncher } from '../../../src/main/sandbox/process/launcher.ts';
import type { SidecarProcess } from '../../../src/main/sandbox/sidecar/sidecar-process.ts';
import { NodeLauncher } from '../../../src/main/sandbox/process/node-launcher.ts';
import type { Sandbox } from '../../../src/main/sandbox/sandbox.ts';
import { builtFiles } from '../../../src/main/runtime/runtime-locations.ts';
import type { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import { eventually } from '../../support/eventually.ts';
import { nodeSandbox, OUT_FOLDER } from '../../support/node-sandbox.ts';
import { needProcesses, untilGone } from '../../support/processes.ts';

const script = (name: string): string =>
  path.join(import.meta.dirname, '../../support/sidecars', `${name}.cjs`);

/** Limits pass this much sooner. */
const clockFasterBy = (factor: number): Clock => ({
  now: () => systemClock.now() * factor,
  after: (delayMs, callback) => systemClock.after(delayMs / factor, callback),
});

class RecordingLauncher implements SidecarLauncher {
  readonly pids: number[] = [];
  readonly #launchers: NodeLauncher[];

  /** @param scripts of the first, second… process; the last one for all that follow */
  constructor(...scripts: string[]) {
    this.#launchers = scripts.map((file) => new NodeLauncher(file));
  }

  async launch(): Promise<SidecarProcess> {
    const launcher = this.#launchers[Math.min(this.pids.length, this.#launchers.length - 1)];
    if (launcher === undefined) throw new Error('no script was given');
    const started = await launcher.launch();
    this.pids.push(started.pid);
    return started;
  }
}

let sandbox: Sandbox | undefined;
let launcher = new RecordingLauncher();

const setUp = (speed: number, ...scripts: string[]) => {
  const events: SandboxEvent[] = [];
  launcher = new RecordingLauncher(...scripts);
  const own = nodeSandbox({
    ...{ launcher, clock: clockFasterBy(speed), memoryMiB: 256 },
    onEvent: (event) => events.push(event),
  });
  sandbox = own;
  const causes = (): string[] =>
    events.filter((event) => event.type === 'process-ended').map(({ cause }) => cause);
  return { own, causes };
};

const real = (): string => builtFiles(OUT_FOLDER).sidecar;

beforeEach(needProcesses);

afterEach(async () => {
  await sandbox?.dispose();
  for (const pid of launcher.pids) await untilGone(pid);
});

describe('a sidecar', () => {
  it.each(['never-ready', 'spins'])('that is %s is given up at its limit and ended', async (name) => {
    const { own, causes } = setUp(60, script(name));
    expect(await own.run({ code: '1' })).toMatchObject({
      status: 'setup-failed',
      error: { message: 'Python was not ready within 60 s' },
    });
    await eventually(() => expect(causes()).toEqual(['start-failed']));
    expect(launcher.pids).toHaveLength(1);
  });

  it('that exits silently is tried three times, and then no more until a restart', async () => {
    const { own, causes } = setUp(
      1,
      script('exits-silently'),
      script('exits-silently'),
      script('exits-silently'),
      real(),
    );
    const first = await own.run({ code: '1' });
    expect(first).toMatchObject({ status: 'setup-failed' });
    expect(first.error?.message).toMatch(/ended while it started: |crashed 3 times/u);
    await eventually(() => expect(own.state.name).toBe('broken'));
    expect(causes()).toEqual(['exited', 'exited', 'exited']);
    expect(await own.run({ code: '1' })).toMatchObject({
      status: 'setup-failed',
      error: { message: expect.stringContaining('crashed 3 times within 5 minutes') as string },
    });
    expect(launcher.pids).toHaveLength(3);
    await own.restart();
    expect(await own.run({ code: '1 + 1' })).toMatchObject({ status: 'ok', value: { json: 2 } });
  });

  it('that exits silently once has no effect on runs', async () => {
    const { own } = setUp(1, script('exits-silently'), real());
    expect(await own.run({ code: '1 + 1' })).toMatchObject({ status: 'ok', value: { json: 2 } });
  });

  it('that sends invalid messages is ended', async () => {
    const { own } = setUp(1, script('talks-nonsense'), real());
    expect(await own.run({ code: '1' })).toMatchObject({
      status: 'setup-failed',
      error: { message: expect.stringContaining('protocol violation') as string },
    });
    expect(await own.run({ code: '1 + 1' })).toMatchObject({ status: 'ok' });
  });

  /** With a session whose process is stopped and was found out. */
  const frozen = async (): Promise<ReturnType<typeof setUp> & { readonly pid: number }> => {
    // Not so fast that a start on a busy machine passes its limit.
    const stage = setUp(4, real());
    expect(await stage.own.run({ code: 'x = 1', session: 's' })).toMatchObject({ status: 'ok' });
    const [pid] = launcher.pids;
    if (pid === undefined) throw new Error('no process');
    process.kill(pid, 'SIGSTOP');
    await eventually(() => expect(stage.own.state.name).toBe('unresponsive'));
    return { ...stage, pid };
  };

  it('whose control thread freezes between two runs is detected and replaced', async () => {
    const { own, causes, pid } = await frozen();
    await eventually(() => expect(causes()).toEqual(['unresponsive']));
    await untilGone(pid);
    expect(await own.run({ code: '"x" in globals()', session: 's' })).toMatchObject({
      status: 'ok',
      value: { json: false },
      session: { state: 'lost' },
    });
  });

  it('that freezes for a while and answers again is kept', async () => {
    const { own, causes, pid } = await frozen();
    process.kill(pid, 'SIGCONT');
    await eventually(() => expect(own.state.name).toBe('ready'));
    expect(await own.run({ code: 'x', session: 's' })).toMatchObject({
      value: { json: 1 },
      session: { state: 'kept' },
    });
    expect(causes()).toEqual([]);
  });
});
