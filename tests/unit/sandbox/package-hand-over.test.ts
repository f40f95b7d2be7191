/** Real wheels out of a real store, handed over a real channel. */
import { describe, expect, it } from 'vitest';
import { RunNeeds } from '../../../src/main/sandbox/packages/run-needs.ts';
import type { PackageProvider } from '../../../src/main/sandbox/packages/package-provider.ts';
import {
  PackageInstaller,
  type InstallOrder,
  type Installation,
} from '../../../src/main/sandbox/packages/package-installer.ts';
import type { RunRequest } from '../../../src/shared/contract/run.ts';
import { eventually } from '../../support/eventually.ts';
import { sha256, wheel, WHEELS, world, type SmallWheel } from '../packages/support/world.ts';
import { wheelCacheProcess, type WheelCacheProcess } from './wheel-cache-process.ts';
import {
  answerWith,
  deferred,
  FakeClock,
  never,
  CHECKED_OUTCOME,
  turns,
  type Behaviour,
  type Deferred,
} from './support.ts';

const reports = (modules: string[], more: { hints?: string[]; asked?: string[] } = {}): Behaviour => ({
  findImports: answerWith(JSON.stringify({ modules, hints: [], asked: [], ...more })),
});

interface Scene extends WheelCacheProcess {
  readonly clock: FakeClock;
  readonly installer: PackageInstaller;
  readonly order: (request?: Partial<RunRequest>, part?: Partial<InstallOrder>) => InstallOrder;
  readonly install: (request?: Partial<RunRequest>) => Promise<Installation>;
}

const scene = (
  behaviour: Behaviour = {},
  provider: PackageProvider = world({ further: [wheel('tabulate')] }).open().service,
): Scene => {
  const shelf = wheelCacheProcess(behaviour);
  const clock = new FakeClock();
  const installer = new PackageInstaller({ provider, clock });
  const interpreter = { id: 'one', sidecar: shelf.sidecar };
  const order = (part: Partial<RunRequest> = {}, more: Partial<InstallOrder> = {}): InstallOrder => {
    const request = { code: 'import plot', ...part };
    const { signal = new AbortController().signal } = more;
    const needs = new RunNeeds(request, provider, { signal });
    return { interpreter, request, needs, signal, ...more };
  };
  return { ...shelf, clock, installer, order, install: (request) => installer.install(order(request)) };
};

/** Packages that are sent at the same time. */
const AT_ONCE = 4;

const hashes = (...wheels: SmallWheel[]): string[] => wheels.map(({ bytes }) => sha256(bytes));
const ALL = [WHEELS.numbers, WHEELS.frame, WHEELS.plot];

describe('what a run needs', () => {
  it('is put into its interpreter whole, each package after what it depends on', async () => {
    const { install, shelf, installed } = scene(reports(['plot']));
    expect((await install()).installed).toEqual(['numbers', 'frame', 'plot']);
    expect(installed).toEqual([{ interpreter: 'one', hashes: hashes(...ALL) }]);
    expect([...shelf.values()].sort((a, b) => a.name.localeCompare(b.name))).toEqual(
      [WHEELS.frame, WHEELS.numbers, WHEELS.plot].map(({ name, bytes }) => ({ name, bytes: bytes.length })),
    );
  });

  it.each<[string, Partial<RunRequest>, Behaviour]>([
    ['the request', { code: '1', packages: ['numbers'] }, {}],
    ['the script itself', { code: '# /// script\n# dependencies = ["numbers>=1"]\n# ///\n' }, {}],
    ['an import', { code: 'import numbers' }, reports(['numbers'])],
    ['micropip in plain sight', { code: 'import micropip' }, reports([], { asked: ['numbers'] })],
  ])('is named by %s', async (_by, request, behaviour) => {
    const { install, installed } = scene(behaviour);
    expect((await install(request)).installed).toEqual(['numbers']);
    expect(installed).toEqual([{ interpreter: 'one', hashes: hashes(WHEELS.numbers) }]);
  });

  it('has of hinted packages only those that may be installed for a hint', async () => {
    const { install } = scene(reports([], { hints: ['tabulate', 'numbers'] }));
    expect((await install({ code: 'import x' })).installed).toEqual(['tabulate']);
  });

  it('is nothing: then no source is asked', async () => {
    const { install, process } = scene();
    expect((await install({ code: 'print("important")' })).installed).toEqual([]);
    expect(process.calls).toEqual([]);
  });

  it('is not installed twice, and not sent twice to a process', async () => {
    const { installer, install, order, process, sidecar, installed } = scene(reports(['plot']));
    await install();
    const sent = process.called('loadPackage').length;
    expect((await install()).installed).toEqual([]);
    const other = order({}, { interpreter: { id: 'other', sidecar } });
    expect((await installer.install(other)).installed).toEqual(['numbers', 'frame', 'plot']);
    expect(process.called('loadPackage')).toHaveLength(sent);
    expect(installed.map(({ interpreter }) => interpreter)).toEqual(['one', 'other']);
  });

  it('that an interpreter was started with is left out', async () => {
    const small = world();
    const { service } = small.open();
    const { installer, order, installed } = scene(reports(['plot']), service);
    const wanted = order();
    const [numbers, frame] = await service.ensure(['frame'], { askedBy: 'user' });
    if (numbers === undefined || frame === undefined) throw new Error('no wheels');
    installer.noteInstalled(wanted.interpreter, [numbers, frame]);
    expect((await installer.install(wanted)).installed).toEqual(['plot']);
    expect(installed).toEqual([{ interpreter: 'one', hashes: hashes(WHEELS.plot) }]);

    installer.noteInstalled(wanted.interpreter, [{ ...numbers, sha256: sha256('another version') }]);
    await expect(installer.install(wanted)).rejects.toMatchObject({
      code: 'version-unavailable',
      packageName: 'numbers',
      message: expect.stringMatching(/; use a new session$/u) as string,
    });
  });
});

describe('what can not be had', () => {
  it('fails the run when the code names it; nothing is installed', async () => {
    const { install, installed } = scene(reports(['plot']));
    await expect(install({ packages: ['nowhere'] })).rejects.toMatchObject({ code: 'unknown-package' });
    expect(installed).toEqual([]);
  });

  it('is explained in the ImportError when the code only imports it; the others are installed', async () => {
    const { install } = scene(reports(['frame', 'nowhere.deep'], { hints: ['neither'] }));
    const { installed, advice } = await install();
    expect(installed).toEqual(['numbers', 'frame']);
    const error = {
      type: 'ModuleNotFoundError',
      message: "No module named 'nowhere'",
      traceback: '',
      line: 1,
    };
    expect(advice.applyTo({ ...CHECKED_OUTCOME, error }).error?.message).toMatch(
      /^No module named 'nowhere'; no known package provides "nowhere"; .+# pip install NAME/u,
    );
  });

  it('fails where there are no packages at all', async () => {
    const shelf = wheelCacheProcess();
    const installer = new PackageInstaller({ provider: undefined, clock: new FakeClock() });
    const interpreter = { id: 'one', sidecar: shelf.sidecar };
    const { signal } = new AbortController();
    const install = (request: RunRequest) => installer.install({ interpreter, request, needs: null, signal });
    expect((await install({ code: 'import plot' })).installed).toEqual([]);
    await expect(install({ code: '', packages: ['plot'] })).rejects.toMatchObject({ code: 'bad-settings' });
  });
});

describe("the interpreter's word", () => {
  it.each([
    ['no JSON', 'import plot'],
    ['something else', '[1, 2]'],
    ['modules that are none', '{"modules":["../x"],"hints":[],"asked":[]}'],
    ['more than it should be', '{"modules":[],"hints":[],"asked":[],"__proto__":{"x":1},"extra":1}'],
    ['far too many modules', JSON.stringify({ modules: Array(501).fill('m'), hints: [], asked: [] })],
  ])('that makes no sense is ignored: %s', async (_what, report) => {
    const { install } = scene({ findImports: answerWith(report) });
    expect((await install({ packages: ['numbers'] })).installed).toEqual(['numbers']);
  });

  it('that is too long is refused, however it comes', async () => {
    const { install } = scene({
      findImports: async (_params, { write }) => {
        for (let part = 0; part < 61; part++) await write({ bytes: new Uint8Array(1000).fill(0x20) });
        return {};
      },
    });
    await expect(install({ packages: ['numbers'] })).rejects.toMatchObject({ code: 'invalid-result' });
  });

  it('is waited for 10 s, and then ignored', async () => {
    const { install, clock, process } = scene({ findImports: () => never() });
    const installing = install({ packages: ['numbers'] });
    await eventually(() => expect(process.called('findImports')).toHaveLength(1));
    clock.advance(10_000);
    expect((await installing).installed).toEqual(['numbers']);
  });
});

describe('while packages are handed over', () => {
  const cancelledIn = async (behaviour: Behaviour, method: string): Promise<void> => {
    const { installer, order, process } = scene({ ...reports(['plot']), ...behaviour });
    const controller = new AbortController();
    const installing = installer.install(order({}, { signal: controller.signal }));
    await eventually(() => expect(process.called(method)).not.toEqual([]));
    controller.abort();
    await expect(installing).rejects.toMatchObject({ code: 'cancelled' });
  };

  it.each(['findImports', 'installPackages', 'loadPackage'])('someone may cancel: in %s', (method) =>
    cancelledIn({ [method]: () => never() }, method),
  );

  it.each([
    ['installPackages', 120_000],
    ['loadPackage', 16 * 60_000],
  ])('%s has a deadline', async (method, limitMs) => {
    const { install, clock, process } = scene({ ...reports(['plot']), [method]: () => never() });
    const installing = install();
    installing.catch(() => undefined);
    await eventually(() => expect(process.called(method)).not.toEqual([]));
    clock.advance(limitMs - 1);
    let ended = false;
    installing.catch(() => {
      ended = true;
    });
    await turns();
    expect(ended).toBe(false);
    clock.advance(1);
    await expect(installing).rejects.toMatchObject({
      code: 'failed',
      message: `packages were not installed within ${limitMs / 1000} s`,
    });
  });

  it('the process may die, at which installing rejects with "closed"', async () => {
    const dying = deferred();
    const { install, process } = scene({ ...reports(['plot']), loadPackage: () => never() });
    const installing = install();
    installing.catch(() => dying.resolve());
    await eventually(() => expect(process.called('loadPackage')).not.toEqual([]));
    process.exit(9);
    await dying.promise;
    await expect(installing).rejects.toMatchObject({ name: 'RpcError', code: 'closed' });
  });

  it('a process that says again and again that it lacks packages is an error', async () => {
    const { install } = scene({
      ...reports(['plot']),
      installPackages: ({ hashes: wanted }) => ({ missing: wanted }),
    });
    await expect(install()).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:failed|timed-out)$/u) as string,
    });
  });

  it('main holds four packages in memory at most, however many there are', async () => {
    const { service } = world().open();
    let reads = 0;
    const counting: PackageProvider = {
      begin: (options) => service.begin(options),
      close: () => service.close(),
      read: (...args) => {
        reads += 1;
        return service.read(...args);
      },
    };
    const taking: Deferred<void>[] = [];
    const { install, process } = scene(
      {
        ...reports(['plot', 'loop_a']),
        installPackages: ({ hashes: wanted }) => ({ missing: taking.length < 5 ? wanted : [] }),
        loadPackage: async () => {
          const taken = deferred();
          taking.push(taken);
          await taken.promise;
          return {};
        },
      },
      counting,
    );
    const installing = install();
    for (let taken = 0; taken < 5; taken++) {
      await eventually(() =>
        expect(process.called('loadPackage')).toHaveLength(Math.min(taken + AT_ONCE, 5)),
      );
      await turns();
      expect(reads).toBe(Math.min(taken + AT_ONCE, 5));
      taking[taken]?.resolve();
    }
    expect((await installing).installed).toHaveLength(5);
  });

  it('code that asks for too much is told how much there is, before anything is read', async () => {
    const { service } = world().open();
    let reads = 0;
    const large: PackageProvider = {
      close: () => service.close(),
      read: (...args) => {
        reads += 1;
        return service.read(...args);
      },
      begin: async (options) => {
        const work = await service.begin(options);
        return {
          modules: work.modules,
          providersOf: (modules) => work.providersOf(modules),
          kept: (names) => work.kept(names),
          release: () => work.release(),
          obtain: async (wants) => {
            const { refused, wheels } = await work.obtain(wants);
            return { refused, wheels: wheels.map((one) => ({ ...one, bytes: 100 * 1024 * 1024 })) };
          },
        };
      },
    };
    const { install, process } = scene(reports(['plot']), large);
    await expect(install()).rejects.toMatchObject({
      code: 'too-large',
      message:
        'the 3 packages of this run have 300 MiB, and a run is given at most 256 MiB; let it use fewer of them, ' +
        'or split it up',
    });
    expect([reads, process.called('loadPackage').length]).toEqual([0, 0]);
  });
});
