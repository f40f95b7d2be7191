import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InstallProgress } from '../../../src/main/packages/progress.ts';
import type { PackageService } from '../../../src/main/packages/package-service.ts';
import { hang, serve, status, testServer, type Handler } from './support/test-server.ts';
import {
  LOCK_WHEELS,
  offersText,
  QUICK,
  settingsFor,
  sha256,
  storedAt,
  wheel,
  WHEELS,
  world,
} from './support/world.ts';

const names = async (service: PackageService, ...wanted: string[]): Promise<string[]> =>
  (await service.ensure(wanted, { askedBy: 'code' })).map(({ name }) => name);

/** The mirror's files over HTTP. */
const overHttp = (wheels = LOCK_WHEELS): Handler =>
  serve(new Map(wheels.map(({ fileName, bytes }) => [`/${fileName}`, bytes])));

describe('from a mirror folder', () => {
  test('packages come with all that they need, verified, in order', async () => {
    const small = world();
    const { service } = small.open();
    const seen: InstallProgress[] = [];
    const wheels = await service.ensure(['plot'], {
      askedBy: 'code',
      onProgress: (state) => seen.push(state),
    });
    expect(wheels.map(({ name }) => name)).toEqual(['numbers', 'frame', 'plot']);
    expect(wheels[0]).toEqual({
      name: 'numbers',
      version: '1.0',
      fileName: WHEELS.numbers.fileName,
      sha256: sha256(WHEELS.numbers.bytes),
      bytes: WHEELS.numbers.bytes.length,
      kind: 'wheel',
      imports: ['numbers'],
      origin: 'lock',
    });
    expect(seen.at(-1)).toMatchObject({
      filesDone: 3,
      filesTotal: 3,
      bytesDone: wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    });
    for (const one of wheels) expect(sha256(await service.read(one))).toBe(one.sha256);
  });

  test('packages that need each other', async () => {
    expect((await names(world().open().service, 'loop-a')).sort()).toEqual(['loop-a', 'loop-b']);
  });

  test('the second time nothing is asked for, and nothing need be there', async () => {
    const small = world();
    await names(small.open().service, 'plot');
    rmSync(small.mirror, { recursive: true });
    const { service } = small.open({ settings: settingsFor('') });
    const wheels = await service.ensure(['plot'], { askedBy: 'code' });
    for (const one of wheels) expect((await service.read(one)).byteLength).toBe(one.bytes);
  });

  test('what is damaged on reading is fetched again', async () => {
    const small = world();
    const { service } = small.open();
    const [numbers] = await service.ensure(['numbers'], { askedBy: 'code' });
    truncateSync(storedAt(small, WHEELS.numbers), 100);
    expect(numbers).toBeDefined();
    if (numbers !== undefined) expect(sha256(await service.read(numbers))).toBe(numbers.sha256);
    expect(readdirSync(path.join(small.store, 'damaged'))).toHaveLength(1);
  });

  test('what is damaged and can not be fetched again is named', async () => {
    const small = world();
    const { service } = small.open();
    const wheels = await service.ensure(['frame'], { askedBy: 'code' });
    truncateSync(storedAt(small, WHEELS.numbers), 100);
    rmSync(path.join(small.mirror, WHEELS.numbers.fileName));
    for (const one of wheels.filter(({ name }) => name === 'numbers')) {
      await expect(service.read(one)).rejects.toMatchObject({
        code: 'no-source',
        packageName: 'numbers',
        message: expect.stringMatching(
          /^numbers 1\.0 could not be obtained: the mirror folder does not have it; /u,
        ) as string,
      });
    }
    expect(await service.missing()).toEqual(['numbers']);
  });

  test.each([
    ['wrong bytes', (file: string) => writeFileSync(file, 'something else'), /not those of the lock/u],
    ['another wheel', (file: string) => writeFileSync(file, WHEELS.frame.bytes), /not those of the lock/u],
    [
      'a folder',
      (file: string) => {
        rmSync(file);
        mkdirSync(file);
      },
      /not a file/u,
    ],
    ['huge', (file: string) => truncateSync(file, 1e12), /too much/u],
  ])('a mirror with %s is refused', async (_what, damage, message) => {
    const small = world();
    damage(path.join(small.mirror, WHEELS.numbers.fileName));
    await expect(names(small.open().service, 'numbers')).rejects.toMatchObject({
      code: 'no-source',
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(path.join(small.store, 'files'))).toBe(false);
  });
});

test('a mirror folder that is not there is named', async () => {
  const small = world();
  const { service } = small.open({ settings: settingsFor('/nowhere/at/all') });
  await expect(names(service, 'numbers')).rejects.toMatchObject({
    code: 'no-source',
    message: expect.stringMatching(/the mirror folder \/nowhere\/at\/all does not exist/u) as string,
  });
});

describe('from a mirror address', () => {
  test('packages are fetched at once and checked', async () => {
    const small = world();
    const server = await testServer(overHttp());
    const { service } = small.open({ settings: settingsFor(`${server.url}/`) });
    expect(await names(service, 'plot')).toEqual(['numbers', 'frame', 'plot']);
    expect(server.requests.sort()).toEqual(
      [WHEELS.numbers, WHEELS.frame, WHEELS.plot].map(({ fileName }) => `/${fileName}`).sort(),
    );
  });

  test.each<[string, Handler, RegExp]>([
    ['answers 404', status(404), /the mirror does not have it \(404\)/u],
    ['answers 500', status(500), /answered with an error \(500\)/u],
    ['hangs', hang, /sent nothing for 0\.1 s/u],
    [
      'sends half',
      (_request, response) => {
        response
          .writeHead(200, { 'content-length': '1000' })
          .write('x'.repeat(500), () => response.destroy());
      },
      /broke the connection off|sent 500 of 1000/u,
    ],
    ['sends wrong bytes', (_request, response) => response.end('PK wrong'), /not those of the lock/u],
    ['redirects elsewhere', status(302, { location: 'https://elsewhere.invalid/' }), /another host/u],
  ])(
    'one that %s: a clear error, nothing kept; a second try when it has recovered works',
    async (_what, bad, message) => {
      const small = world();
      let isWell = false;
      const good = overHttp();
      const server = await testServer((request, response) => (isWell ? good : bad)(request, response));
      const { service, store } = small.open({
        settings: settingsFor(server.url),
        downloadLimits: { ...QUICK, idleMs: 100, attempts: 2 },
      });
      await expect(names(service, 'plot')).rejects.toMatchObject({
        code: 'no-source',
        message: expect.stringMatching(message) as string,
      });
      expect(await store.sizes()).toEqual({ files: 0, bytes: 0 });
      isWell = true;
      expect(await names(service, 'plot')).toHaveLength(3);
    },
  );

  test('one that hangs is not asked for every file', async () => {
    const many = Array.from({ length: 20 }, (_one, index) => wheel(`many-${String(index)}`));
    const all = wheel('all', { depends: many.map(({ name }) => name) });
    const small = world({ wheels: [...many, all] });
    const server = await testServer(hang);
    const { service } = small.open({
      settings: settingsFor(server.url),
      downloadLimits: { ...QUICK, idleMs: 100, attempts: 1 },
    });
    await expect(names(service, 'all')).rejects.toMatchObject({ code: 'no-source' });
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });

  test('what has arrived before a failure is kept', async () => {
    const small = world();
    const good = overHttp();
    const server = await testServer((request, response) => {
      if (request.url?.includes('plot') === true) setTimeout(() => response.writeHead(404).end(), 100);
      else good(request, response);
    });
    const { service, store } = small.open({ settings: settingsFor(server.url) });
    await expect(names(service, 'plot')).rejects.toMatchObject({ code: 'no-source', packageName: 'plot' });
    expect((await store.verify()).damaged).toEqual([]);
    expect((await store.sizes()).files).toBe(2);
  });

  test('it can be cancelled, and goes on from there', async () => {
    const small = world();
    const controller = new AbortController();
    const good = overHttp();
    const server = await testServer((request, response) => {
      if (!controller.signal.aborted && request.url?.includes('plot') === true) controller.abort();
      else good(request, response);
    });
    const { service, store } = small.open({ settings: settingsFor(server.url) });
    const wanted = service.ensure(['plot'], { askedBy: 'code', signal: controller.signal });
    await expect(wanted).rejects.toMatchObject({ code: 'cancelled' });
    expect((await store.verify()).damaged).toEqual([]);
    expect(await names(service, 'plot')).toHaveLength(3);
  });

  test('the deadline for the whole is kept', async () => {
    const small = world();
    const server = await testServer(hang);
    const { service } = small.open({ settings: settingsFor(server.url), limits: { overallMs: 100 } });
    await expect(names(service, 'plot')).rejects.toMatchObject({ code: 'timed-out' });
  });

  test('later sources are asked when earlier ones fail', async () => {
    const small = world();
    const broken = await testServer(status(500));
    const answers = await testServer(overHttp());
    const { service } = small.open({
      settings: settingsFor(broken.url),
      official: true,
      // The official place, seen through a transport that leads to this computer.
      transport: async ({ url, ...rest }) => {
        const { nodeTransport } = await import('../../../src/main/packages/node-transport.ts');
        const there = new URL(url);
        if (there.protocol === 'http:') return nodeTransport()({ url, ...rest });
        return nodeTransport()({ url: `${answers.url}/${path.posix.basename(there.pathname)}`, ...rest });
      },
    });
    expect(await names(service, 'numbers')).toEqual(['numbers']);
    expect(broken.requests).toHaveLength(3);
    expect(answers.requests).toEqual([`/${WHEELS.numbers.fileName}`]);
  });
});

describe('who may have what', () => {
  test('an allow-list holds for code, with what the allowed needs, and not for the user', async () => {
    const small = world();
    const { service } = small.open({ settings: settingsFor(small.mirror, { allow: ['Frame'] }) });
    expect(await names(service, 'frame')).toEqual(['numbers', 'frame']);
    await expect(names(service, 'numbers')).rejects.toMatchObject({
      code: 'not-allowed',
      packageName: 'numbers',
      message: expect.stringMatching(/sandbox\.packages\.allow/u) as string,
    });
    expect(await service.ensure(['loop-a'], { askedBy: 'user' })).toHaveLength(2);
  });

  test('without auto-install, code gets what is there', async () => {
    const small = world();
    const { service } = small.open({ settings: settingsFor(small.mirror, { autoInstall: false }) });
    await expect(names(service, 'numbers')).rejects.toMatchObject({
      code: 'auto-install-off',
      message: expect.stringMatching(/vivarium packages install numbers/u) as string,
    });
    await service.ensure(['numbers'], { askedBy: 'user' });
    expect(await names(service, 'numbers')).toEqual(['numbers']);
  });

  test('versions of the lock are the only ones', async () => {
    const { service } = world().open();
    expect(await names(service, 'numbers>=1,<2')).toEqual(['numbers']);
    await expect(names(service, 'numbers>=2')).rejects.toMatchObject({ code: 'version-unavailable' });
    await expect(names(service, 'numbers; sys_platform == "win32"')).resolves.toEqual([]);
    await expect(names(service, '__proto__')).rejects.toMatchObject({ code: 'bad-requirement' });
    await expect(names(service, 'constructor')).rejects.toMatchObject({ code: 'unknown-package' });
  });

  test.each(['relative/folder', 'ftp://somewhere/', 'http://user:secret@somewhere/', 'javascript:1'])(
    'the mirror %j is refused',
    (mirror) => {
      expect(() => world().open({ settings: settingsFor(mirror) })).toThrow(
        expect.objectContaining({ code: 'bad-settings' }),
      );
    },
  );
});

describe('packages that the lock does not know', () => {
  const further = [
    wheel('sheet', { version: '1.5', depends: ['frame>=1', 'cells', 'not-here; sys_platform == "win32"'] }),
    wheel('sheet', { version: '1.4' }),
    wheel('cells', { version: '0.1' }),
  ];

  test('are found in a mirror folder, recorded, and there when offline', async () => {
    const small = world({ further });
    const { service } = small.open();
    expect(await names(service, 'sheet')).toEqual(['numbers', 'frame', 'cells', 'sheet']);
    rmSync(small.mirror, { recursive: true });
    const offline = small.open({ settings: settingsFor('') }).service;
    expect(await names(offline, 'sheet>=1.5')).toHaveLength(4);
    expect(await offline.packagesForImports(['sheet.part', 'cells', 'frame'])).toEqual([
      'sheet',
      'cells',
      'frame',
    ]);
    expect((await offline.installed()).find(({ name }) => name === 'sheet')?.origin).toBe('user');
  });

  test('older versions are had by asking for them', async () => {
    const { service } = world({ further }).open();
    const [sheet] = await service.ensure(['sheet<1.5'], { askedBy: 'user' });
    expect(sheet?.version).toBe('1.4');
    await expect(names(service, 'sheet>=2')).rejects.toMatchObject({ code: 'unknown-package' });
  });

  test('what several need in versions that do not go together is refused', async () => {
    const both = [wheel('one', { depends: ['sheet<1.5'] }), wheel('two', { depends: ['sheet>=1.5'] })];
    const { service } = world({ further: [...further, ...both] }).open();
    expect(await names(service, 'one')).toEqual(['sheet', 'one']);
    await expect(service.ensure(['one', 'two'], { askedBy: 'user' })).rejects.toMatchObject({
      code: 'unknown-package',
      packageName: 'sheet',
    });
  });

  test('never replace what the lock knows', async () => {
    const evil = wheel('numbers', { version: '9.9' });
    const small = world({ further: [evil] });
    const [numbers] = await small.open().service.ensure(['numbers'], { askedBy: 'user' });
    expect(numbers?.version).toBe('1.0');
  });

  test('a damaged entry of the own lock is looked up again', async () => {
    const small = world({ further });
    await names(small.open().service, 'cells');
    const file = path.join(small.store, 'user-lock', 'package-cells.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('0.1', '0.2'));
    expect(await names(small.open().service, 'cells')).toEqual(['cells']);
  });

  test.each([
    ['another name inside', wheel('liar', { statedName: 'other' }), /says that it is "other"/u],
    ['dependencies that can not be read', wheel('odd', { depends: ['!!'] }), /not a package name/u],
  ])('a wheel with %s is refused', async (_what, bad, message) => {
    const small = world({ further: [bad] });
    await expect(names(small.open().service, bad.name)).rejects.toThrow(message);
    expect(existsSync(path.join(small.store, 'user-lock'))).toBe(false);
  });

  test('a wheel that is no zip is refused', async () => {
    const bad = { ...wheel('bad'), bytes: Buffer.from('not a zip') };
    await expect(names(world({ further: [bad] }).open().service, 'bad')).rejects.toMatchObject({
      code: 'bad-wheel',
    });
  });

  test('a damaged list of a mirror is named', async () => {
    const small = world();
    writeFileSync(
      path.join(small.mirror, 'vivarium-packages.json'),
      '{"format":1,"packages":[{"name":"../x"}]}',
    );
    await expect(names(small.open().service, 'cells')).rejects.toMatchObject({
      code: 'no-source',
      message: expect.stringMatching(/damaged vivarium-packages\.json/u) as string,
    });
  });

  test('names that code makes up are not sent over the network', async () => {
    const small = world();
    const server = await testServer(
      serve(
        new Map<string, Uint8Array | string>([
          ['/vivarium-packages.json', offersText(further)],
          ...[...further, ...LOCK_WHEELS].map(({ fileName, bytes }) => [`/${fileName}`, bytes] as const),
        ]),
      ),
    );
    const { service } = small.open({ settings: settingsFor(server.url), indexUrl: server.url });
    await expect(names(service, 'a-secret-in-a-name')).rejects.toMatchObject({
      code: 'unknown-package',
      message: expect.stringMatching(/vivarium packages install a-secret-in-a-name/u) as string,
    });
    expect(server.requests).toEqual([]);
    expect(await service.ensure(['cells'], { askedBy: 'user' })).toHaveLength(1);
    const allowed = small.open({ settings: settingsFor(server.url, { allow: ['sheet'] }) });
    expect(await names(allowed.service, 'sheet')).toContain('sheet');
  });
});

describe('a package index', () => {
  const cells = wheel('cells', { version: '1.2', depends: ['numbers'] });
  const page = (files: Record<string, unknown>[], name = 'cells'): string =>
    JSON.stringify({ meta: {}, name, files });
  const file = (part: Record<string, unknown> = {}): Record<string, unknown> => ({
    filename: cells.fileName,
    url: `/files/${cells.fileName}#sha256=x`,
    hashes: { sha256: sha256(cells.bytes) },
    'requires-python': '>=3.9',
    yanked: false,
    ...part,
  });
  const index = (text: string, bytes: Buffer = cells.bytes) =>
    testServer(
      serve(
        new Map<string, Uint8Array | string>([
          ['/simple/cells/', text],
          [`/files/${cells.fileName}`, bytes],
        ]),
      ),
    );
  const install = (url: string, small = world()) =>
    small.open({ indexUrl: `${url}/simple` }).service.ensure(['cells'], { askedBy: 'user' });

  test('gives what the lock does not know, by the hash that it states', async () => {
    const later = [
      file({ filename: 'cells-1.3-cp314-cp314-manylinux_2_17_x86_64.whl' }),
      file({ filename: 'cells-1.9-py3-none-any.whl', yanked: 'broken' }),
      file({ filename: 'cells-2.0b1-py3-none-any.whl' }),
      file({ filename: 'cells-1.8-py3-none-any.whl', 'requires-python': '<3.14' }),
      file({ filename: 'cells-1.7-py3-none-any.whl', hashes: {} }),
      file({ filename: 'cells-1.6-py3-none-any.whl', url: 'http://elsewhere.invalid/x.whl' }),
      file({ filename: 'cells-1.5-py3-none-any.whl', 'requires-python': 'nonsense' }),
    ];
    const server = await index(page([...later, file()]));
    const wheels = await install(server.url);
    expect(wheels.map(({ name, version }) => `${name} ${version}`)).toEqual(['numbers 1.0', 'cells 1.2']);
  });

  test('with other bytes than it states is refused', async () => {
    const small = world();
    const server = await index(page([file()]), wheel('cells', { version: '6.6' }).bytes);
    await expect(install(server.url, small)).rejects.toMatchObject({ code: 'no-source' });
    expect(existsSync(path.join(small.store, 'files'))).toBe(false);
  });

  test.each([
    ['no page', 'nothing', 'no-source'],
    ['a page of another package', page([file()], 'other'), 'unknown-package'],
    ['a page without wheels', page([file({ filename: 'cells-1.2.tar.gz' })]), 'unknown-package'],
    [
      'a page with a path as file',
      page([file({ filename: '../../cells-1.2-py3-none-any.whl' })]),
      'unknown-package',
    ],
  ])('with %s', async (_what, text, code) => {
    const server = await index(text);
    await expect(install(server.url)).rejects.toMatchObject({ code });
  });
});
