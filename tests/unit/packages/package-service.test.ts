import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeTransport } from '../../../src/main/packages/http/node-transport.ts';
import type { DownloadLimits } from '../../../src/main/packages/http/downloads.ts';
import type { PackageProgress } from '../../../src/shared/contract/package-progress.ts';
import type { Transport } from '../../../src/main/packages/http/transport.ts';
import { eventually } from '../../support/eventually.ts';
import { hang, serve, status, testServer, type Handler } from './support/test-server.ts';
import {
  LOCK_WHEELS,
  names,
  QUICK,
  settingsFor,
  sha256,
  storedAt,
  wheel,
  WHEELS,
  world,
} from './support/world.ts';

/** The mirror's files over HTTP. */
const overHttp = (wheels = LOCK_WHEELS): Handler =>
  serve(new Map(wheels.map(({ fileName, bytes }) => [`/${fileName}`, bytes])));

/** Sends something all the time, and never comes to an end. */
const drip: Handler = (_request, response) => {
  response.writeHead(200, { 'content-length': '100000' });
  const timer = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(timer));
};

/** Has the files under another name of this computer, and sends everybody there. */
const toOtherName: Handler = (request, response) => {
  const host = request.headers.host ?? '';
  if (host.startsWith('localhost')) overHttp()(request, response);
  else
    status(302, { location: `http://${host.replace('127.0.0.1', 'localhost')}${request.url ?? ''}` })(
      request,
      response,
    );
};

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [] : entry.name,
      )
    : [];

describe('from a mirror folder', () => {
  test('packages come with all that they need, verified, in order', async () => {
    const small = world();
    const { service } = small.open();
    const seen: PackageProgress[] = [];
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

  test('installed packages need no source', async () => {
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

  test('what is missing is named with the package that needs it', async () => {
    const small = world({
      further: [wheel('report', { depends: ['plot'] }), wheel('sheet', { depends: ['cell'] }), wheel('cell')],
    });
    const { service } = small.open();
    rmSync(path.join(small.mirror, WHEELS.numbers.fileName));
    for (const asked of ['frame', 'plot', 'report'])
      await expect(service.ensure([asked], { askedBy: 'user' })).rejects.toMatchObject({
        code: 'no-source',
        packageName: 'numbers',
        message: expect.stringMatching(
          /^numbers 1\.0, which frame needs, could not be obtained: the mirror folder does not have it; /u,
        ) as string,
      });
    await expect(service.ensure(['numbers', 'frame'], { askedBy: 'user' })).rejects.toThrow(
      /^numbers 1\.0 could not be obtained/u,
    );
    rmSync(path.join(small.mirror, wheel('cell').fileName));
    await expect(service.ensure(['sheet'], { askedBy: 'user' })).rejects.toThrow(
      /^cell 1\.0, which sheet needs, could not be obtained/u,
    );
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
    expect(await service.inventory.missing()).toEqual(['numbers']);
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

  test.each<[string, Handler, RegExp, Partial<DownloadLimits>?]>([
    ['answers 404', status(404), /the mirror does not have it \(404\)/u],
    ['answers 500', status(500), /answered with an error \(500\)/u],
    ['hangs', hang, /sent nothing for 0\.1 s/u, { idleMs: 100 }],
    [
      'hangs in the middle',
      (_request, response) => void response.writeHead(200, { 'content-length': '1000' }).write('x'),
      /sent nothing for 0\.1 s/u,
      { idleMs: 100 },
    ],
    ['is slow', drip, /did not deliver within 0\.2 s/u, { overallMs: 200 }],
    [
      'sends half',
      (_request, response) => {
        response
          .writeHead(200, { 'content-length': '1000' })
          .write('x'.repeat(500), () => response.destroy());
      },
      /broke the connection off|sent 500 of 1000/u,
    ],
    ['breaks off at once', (request) => request.socket.destroy(), /broke the connection off/u],
    ['sends wrong bytes', (_request, response) => response.end('PK wrong'), /not those of the lock/u],
    [
      'sends another wheel',
      (_request, response) => response.end(WHEELS.loopA.bytes),
      /not those of the lock/u,
    ],
    ['redirects elsewhere', status(302, { location: 'https://elsewhere.invalid/' }), /another host/u],
    // It would get the right bytes there.
    ['redirects to another host of this computer', toOtherName, /another host \(localhost:\d+\)/u],
  ])(
    'one that %s: a clear error, nothing kept; a second try when it has recovered works',
    async (_what, bad, message, limits = {}) => {
      const small = world();
      let isWell = false;
      const good = overHttp();
      const server = await testServer((request, response) => (isWell ? good : bad)(request, response));
      const { service } = small.open({
        settings: settingsFor(server.url),
        downloadLimits: { ...QUICK, attempts: 2, ...limits },
      });
      await expect(names(service, 'plot')).rejects.toMatchObject({
        code: 'no-source',
        message: expect.stringMatching(message) as string,
      });
      expect(filesBelow(small.data)).toEqual([]);
      isWell = true;
      const patient = small.open({ settings: settingsFor(server.url) });
      expect(await names(patient.service, 'plot')).toHaveLength(3);
      expect(await patient.store.verify()).toMatchObject({ files: 3, damaged: [] });
    },
  );

  test('without a source that can be reached all sources are named, and nothing is kept', async () => {
    const small = world();
    const { service } = small.open({
      settings: settingsFor('http://127.0.0.1:1'),
      official: true,
      transport: (request) =>
        nodeTransport()({
          ...request,
          url: request.url.replace(/^https:/u, 'http:').replace(/\/\/[^/]+/u, '//127.0.0.1:1'),
        }),
      downloadLimits: { ...QUICK, attempts: 1 },
    });
    await expect(names(service, 'plot')).rejects.toMatchObject({
      code: 'no-source',
      message: expect.stringMatching(
        /^\w+ 1\.0(?:, which \w+ needs,)? could not be obtained: the mirror can not be reached \(ECONNREFUSED\), the official CDN can not be reached \(ECONNREFUSED\); check the network/u,
      ) as string,
    });
    expect(filesBelow(small.data)).toEqual([]);
  });

  test('a source that hangs is not asked for every file', async () => {
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

  test('files that arrived before a failure are kept', async () => {
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

  test('a download can be cancelled, and the next one goes on from there', async () => {
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

  test('the deadline for the whole work is kept', async () => {
    const small = world();
    const server = await testServer(hang);
    const { service } = small.open({ settings: settingsFor(server.url), limits: { overallMs: 100 } });
    await expect(names(service, 'plot')).rejects.toMatchObject({ code: 'timed-out' });
  });

  /** The official place, seen through a transport that leads to this computer. */
  const officialAt =
    (server: { url: string }): Transport =>
    ({ url, ...rest }) => {
      const there = new URL(url);
      const isOfficial = there.protocol === 'https:';
      return nodeTransport()({
        url: isOfficial ? `${server.url}/${path.posix.basename(there.pathname)}` : url,
        ...rest,
      });
    };

  test('later sources are asked when earlier ones fail', async () => {
    const small = world();
    const broken = await testServer(status(500));
    const answers = await testServer(overHttp());
    const { service } = small.open({
      settings: settingsFor(broken.url),
      official: true,
      transport: officialAt(answers),
    });
    expect(await names(service, 'numbers')).toEqual(['numbers']);
    expect(broken.requests).toHaveLength(3);
    expect(answers.requests).toEqual([`/${WHEELS.numbers.fileName}`]);
  });

  test('a source that does not answer is left out from then on', async () => {
    const many = Array.from({ length: 20 }, (_one, index) => wheel(`many-${String(index)}`));
    const small = world({ wheels: many });
    const answers = await testServer(overHttp(many));
    const throughHere = officialAt(answers);
    let asked = 0;
    const { service } = small.open({
      settings: settingsFor('http://silent.invalid'),
      official: true,
      transport: (request) => {
        if (!request.url.startsWith('http://silent.invalid')) return throughHere(request);
        asked += 1;
        return Promise.reject(Object.assign(new Error('unreachable'), { code: 'EHOSTUNREACH' }));
      },
      downloadLimits: { ...QUICK, attempts: 1 },
      limits: { parallel: 3 },
    });
    expect(await names(service, ...many.map(({ name }) => name))).toHaveLength(20);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(3);
    expect(answers.requests).toHaveLength(20);
  });
});

test('a source that does not answer is waited for once in one transaction', async () => {
  let asked = 0;
  const { service } = world().open({
    settings: settingsFor('http://silent.invalid'),
    transport: () => {
      asked += 1;
      return Promise.reject(Object.assign(new Error('unreachable'), { code: 'EHOSTUNREACH' }));
    },
    downloadLimits: { ...QUICK, attempts: 1 },
    limits: { parallel: 1 },
  });
  const work = await service.begin({ askedBy: 'code' });
  for (const name of ['numbers', 'frame', 'plot']) {
    await expect(work.obtain({ required: [name] })).rejects.toMatchObject({ code: 'no-source' });
  }
  await work.release();
  expect(asked).toBe(1);
  await expect(service.ensure(['numbers'], { askedBy: 'code' })).rejects.toMatchObject({ code: 'no-source' });
  expect(asked).toBe(2);
});

describe('what is removed', () => {
  test('is gone with its bytes; what others need of it is fetched again', async () => {
    const { service } = world().open();
    await names(service, 'plot');
    expect(await service.inventory.missingFor(['plot'])).toEqual([]);
    expect(await service.byHand.remove(['Numbers', 'no-such-package'])).toBe(WHEELS.numbers.bytes.length);
    expect((await service.inventory.installed()).map(({ name }) => name)).toEqual(['frame', 'plot']);
    expect(await service.inventory.missingFor(['plot'])).toEqual(['numbers']);
    expect(await service.inventory.missingFor(['numbers', 'nowhere'])).toEqual(['numbers', 'nowhere']);
    expect(await service.byHand.remove(['numbers'])).toBe(0);
    expect(await names(service, 'plot')).toEqual(['numbers', 'frame', 'plot']);
    expect(await service.inventory.missingFor(['plot'])).toEqual([]);
  });
});

describe('two at once in one process', () => {
  test('each file is fetched once', async () => {
    const small = world();
    const server = await testServer(overHttp());
    const { service } = small.open({ settings: settingsFor(server.url) });
    const both = await Promise.all([names(service, 'plot'), names(service, 'frame')]);
    expect(both).toEqual([
      ['numbers', 'frame', 'plot'],
      ['numbers', 'frame'],
    ]);
    expect(server.requests).toHaveLength(3);
  });

  test('when one gives up, the other goes on', async () => {
    const small = world();
    const controller = new AbortController();
    const good = overHttp();
    const server = await testServer((request, response) => {
      if (server.requests.length > 1) good(request, response);
    });
    const { service } = small.open({ settings: settingsFor(server.url) });
    const first = service.ensure(['numbers'], { askedBy: 'code', signal: controller.signal });
    const second = names(service, 'numbers');
    await eventually(() => expect(server.requests).toHaveLength(1));
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await second).toEqual(['numbers']);
    expect(server.requests).toHaveLength(2);
  });
});

describe('who may have what', () => {
  test('an allow-list holds for code, dependencies of allowed packages included, and not for the user', async () => {
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

  test('without auto-install, code gets only packages in the store', async () => {
    const small = world();
    const { service } = small.open({ settings: settingsFor(small.mirror, { autoInstall: false }) });
    await expect(names(service, 'numbers')).rejects.toMatchObject({
      code: 'auto-install-off',
      message: expect.stringMatching(/vivarium packages install numbers/u) as string,
    });
    await service.ensure(['numbers'], { askedBy: 'user' });
    expect(await names(service, 'numbers')).toEqual(['numbers']);
  });

  test("packages of the lock come only in the lock's versions", async () => {
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
