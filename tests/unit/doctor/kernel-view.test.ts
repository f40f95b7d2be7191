import { describe, expect, it } from 'vitest';
import { kernelView, type KernelFiles } from '../../../src/main/doctor/kernel-view.ts';

const PID = 7;
const STATUS = `/proc/${PID}/task`;

const status = (noNewPrivileges: number, seccomp: number): string =>
  `Name:\tsidecar\nUmask:\t0022\nNoNewPrivs:\t${noNewPrivileges}\nSeccomp:\t${seccomp}\nSeccomp_filters:\t1\n`;

const HELD = status(1, 2);

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max data size             4026531840           4026531840           bytes
Max stack size            8388608              unlimited            bytes
Max core file size        0                    0                    bytes
Max open files            512                  512                  files
`;

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A kernel that shows these files, and fails for those that are errors. */
const kernel = (shown: Readonly<Record<string, string | Error>>): KernelFiles => {
  const find = (name: string): string => {
    const found = shown[name] ?? failure('ENOENT');
    if (typeof found !== 'string') throw found;
    return found;
  };
  return {
    list: async (folder) => find(folder).split(' '),
    read: async (file) => find(file),
  };
};

const HONEST = {
  [STATUS]: '7 8',
  [`${STATUS}/7/status`]: HELD,
  [`${STATUS}/8/status`]: HELD,
  [`/proc/${PID}/limits`]: LIMITS,
  '/sys/kernel/security/lsm': 'capability,landlock,yama\n',
};

describe('what the kernel shows', () => {
  it('covers all threads of a process, with their limits', async () => {
    expect(await kernelView(PID, kernel(HONEST))).toEqual({
      noNewPrivileges: true,
      filtered: true,
      limits: { coreBytes: 0, openFiles: 512, dataBytes: 4_026_531_840 },
      offersLandlock: true,
    });
  });

  it.each(['ENOENT', 'ESRCH'])(
    'leaves out a thread that ended meanwhile (%s), and no other',
    async (code) => {
      const gone = { ...HONEST, [STATUS]: '7 8 9', [`${STATUS}/9/status`]: failure(code) };
      expect(await kernelView(PID, kernel(gone))).toMatchObject({ noNewPrivileges: true, filtered: true });
      const free = { ...gone, [`${STATUS}/8/status`]: status(0, 0) };
      expect(await kernelView(PID, kernel(free))).toMatchObject({ noNewPrivileges: false, filtered: false });
    },
  );

  it.each([
    ['a thread may not be looked at', { [`${STATUS}/8/status`]: failure('EACCES') }],
    [
      'no thread is left',
      { [`${STATUS}/7/status`]: failure('ESRCH'), [`${STATUS}/8/status`]: failure('ESRCH') },
    ],
    ['the process is gone', { [STATUS]: failure('ENOENT') }],
    ['there are no limits to read', { [`/proc/${PID}/limits`]: failure('EACCES') }],
  ])('is null when %s', async (_what, part) => {
    expect(await kernelView(PID, kernel({ ...HONEST, ...part }))).toBeNull();
  });

  it('has hard limits, since soft ones can be raised again', async () => {
    const limits = LIMITS.replace(/^(Max open files +512 +)512 /mu, '$1unlimited ');
    const view = await kernelView(PID, kernel({ ...HONEST, [`/proc/${PID}/limits`]: limits }));
    expect(view?.limits).toMatchObject({ coreBytes: 0, openFiles: Infinity });
  });

  it('has no limits when one of them is missing from the list', async () => {
    const limits = LIMITS.replace('Max data size', 'Max something');
    const view = await kernelView(PID, kernel({ ...HONEST, [`/proc/${PID}/limits`]: limits }));
    expect(view).toMatchObject({ noNewPrivileges: true, limits: null });
  });

  it('has Landlock only where it is on the list of security modules', async () => {
    const offered = async (lsm: string | Error): Promise<boolean | null | undefined> =>
      (await kernelView(PID, kernel({ ...HONEST, '/sys/kernel/security/lsm': lsm })))?.offersLandlock;
    expect([
      await offered('capability,yama\n'),
      await offered('yama,landlock\n'),
      await offered(failure('ENOENT')),
    ]).toEqual([false, true, null]);
  });
});
