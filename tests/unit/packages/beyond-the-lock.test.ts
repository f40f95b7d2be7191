import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PackageCatalog } from '../../../src/main/packages/resolve/catalog.ts';
import { PackageLock } from '../../../src/main/packages/resolve/lock-file.ts';
import type { UserEntry } from '../../../src/main/packages/resolve/package-entry.ts';
import { Downloads } from '../../../src/main/packages/http/downloads.ts';
import { nodeTransport } from '../../../src/main/packages/http/node-transport.ts';
import { hang, serve, testServer, type Handler } from './support/test-server.ts';
import {
  LOCK_WHEELS,
  lockText,
  names,
  offersText,
  QUICK,
  settingsFor,
  sha256,
  wheel,
  world,
} from './support/world.ts';

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
    // A dependency was not asked for by name: it provides no import.
    const work = await offline.begin({ askedBy: 'code' });
    const providers = work.providersOf(['sheet.part', 'cells', 'frame']);
    expect([...providers.keys()]).toEqual(['frame']);
    expect((await offline.inventory.installed()).find(({ name }) => name === 'sheet')?.origin).toBe('user');
  });

  test('can be had in older versions by asking for these', async () => {
    const { service } = world({ further }).open();
    const [sheet] = await service.ensure(['sheet<1.5'], { askedBy: 'user' });
    expect(sheet?.version).toBe('1.4');
    await expect(names(service, 'sheet>=2')).rejects.toMatchObject({ code: 'unknown-package' });
  });

  test('are forgotten when they are removed: another version may come then', async () => {
    const { service } = world({ further }).open();
    await service.ensure(['sheet<1.5'], { askedBy: 'user' });
    expect(await service.byHand.remove(['sheet'])).toBeGreaterThan(0);
    expect(await service.inventory.missing()).toEqual([]);
    const [...wheels] = await service.ensure(['sheet'], { askedBy: 'user' });
    expect(wheels.at(-1)?.version).toBe('1.5');
  });

  test('are refused when others need them in versions that conflict', async () => {
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

    const claimed: UserEntry = {
      name: 'numbers',
      version: '9.9',
      fileName: evil.fileName,
      sha256: sha256(evil.bytes),
      kind: 'wheel',
      depends: [],
      imports: ['frame'],
      origin: 'user',
      asked: '',
      named: true,
    };
    const catalog = new PackageCatalog({
      lock: PackageLock.parse(lockText(LOCK_WHEELS)),
      entries: [claimed],
    });
    expect(catalog.get('numbers')?.origin).toBe('lock');
    expect(catalog.entries()).toHaveLength(LOCK_WHEELS.length);
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
    [
      'dependencies without end',
      wheel('many', { depends: Array.from({ length: 240_000 }, () => 'a') }),
      /states more than 5000 dep/u,
    ],
  ])('a wheel with %s is refused', async (_what, bad, message) => {
    const small = world({ further: [bad] });
    await expect(names(small.open().service, bad.name)).rejects.toThrow(message);
    expect(existsSync(path.join(small.store, 'user-lock'))).toBe(false);
  });

  test('a package that code may fetch without being named is taken only with the hash that is known', async () => {
    const name = 'matplotlib-fontja';
    const { service } = world({
      further: [wheel(name, { version: '1.1.0' }), wheel(name, { version: '1.0' })],
    }).open();
    await expect(names(service, name)).rejects.toThrow(
      /matplotlib-fontja 1\.1\.0 that was found is not the one/u,
    );
    expect(await names(service, `${name}<1.1`)).toEqual([name]);
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

  test('names that code makes up at run time are not looked up over the network', async () => {
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

  test('names that are in the code to be run are looked up, within a time limit', async () => {
    const small = world();
    const server = await testServer(
      serve(
        new Map<string, Uint8Array | string>([
          ['/vivarium-packages.json', offersText(further)],
          ...[...further, ...LOCK_WHEELS].map(({ fileName, bytes }) => [`/${fileName}`, bytes] as const),
        ]),
      ),
    );
    const options = { askedBy: 'code', spelledOut: new Set(['sheet']) } as const;
    const { service } = small.open({ settings: settingsFor(server.url) });
    expect((await service.ensure(['sheet>1'], options)).map(({ name }) => name)).toContain('cells');
    const strict = small.open({ settings: settingsFor(server.url, { allow: ['frame'] }) }).service;
    await expect(strict.ensure(['sheet'], options)).rejects.toMatchObject({ code: 'not-allowed' });

    const silent = await testServer(hang);
    const waiting = world().open({ settings: settingsFor(silent.url), limits: { lookUpMs: 50 } }).service;
    await expect(waiting.ensure(['sheet'], options)).rejects.toMatchObject({
      code: 'no-source',
      message: expect.stringMatching(/looking it up took longer than 0\.05 s/u) as string,
    });
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

  test('gives packages that the lock does not know, checked against the hash that it states', async () => {
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

  test('is understood in its HTML form, too', async () => {
    const { fileName, bytes } = cells;
    const server = await index(
      `<!DOCTYPE html><html><head><base href="/files/"></head><body>
        <a href="cells-1.9-py3-none-any.whl#sha256=${'0'.repeat(64)}" data-yanked>cells-1.9-py3-none-any.whl</a>
        <a href="cells-1.8-py3-none-any.whl">cells-1.8-py3-none-any.whl</a>
        <a href="cells-1.7.whl#sha256=${'0'.repeat(64)}" data-requires-python="&lt;3.14">cells-1.7-py3-none-any.whl</a>
        <a href="${fileName}#sha256=${sha256(bytes)}" data-requires-python="&gt;=3.9"> ${fileName}<br/></a>
      </body></html>`,
    );
    const wheels = await install(server.url);
    expect(wheels.map(({ name, version }) => `${name} ${version}`)).toEqual(['numbers 1.0', 'cells 1.2']);
  });

  describe('that pip is configured for', () => {
    const configured = (address: string, small = world()) => {
      const configuration = path.join(small.folder, 'pip.conf');
      writeFileSync(configuration, `[global]\nindex-url = ${address}\n`);
      return small.open({
        official: true,
        // Nothing but loopback is there in this world.
        transport: (request) =>
          request.url.startsWith('http://127.0.0.1:')
            ? nodeTransport()(request)
            : Promise.reject(new Error('unreachable')),
        pip: { environment: { PIP_CONFIG_FILE: configuration }, platform: 'linux', home: small.folder },
      }).service;
    };

    test('is asked without anyone having named it', async () => {
      const server = await index(page([file()]));
      expect(await configured(`${server.url}/simple`).ensure(['cells'], { askedBy: 'user' })).toHaveLength(2);
    });

    test('gets the password that is in its address, and no other server does', async () => {
      const seen: string[] = [];
      const guarded: Handler = (request, response) => {
        seen.push(`${request.url ?? ''} ${request.headers.authorization ?? 'nobody'}`);
        const body = request.url === '/simple/cells/' ? page([file()]) : cells.bytes;
        if (request.headers.authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`) {
          response.end(body);
        } else response.writeHead(401).end();
      };
      const server = await testServer(guarded);
      const small = world();
      const address = server.url.replace('//', '//me:secret@');
      await configured(`${address}/simple`, small).ensure(['cells'], { askedBy: 'user' });
      expect(seen).toHaveLength(2);
      const recorded = readFileSync(path.join(small.store, 'user-lock', 'package-cells.json'), 'utf8');
      expect(recorded).toContain(server.url);
      expect(recorded).not.toContain('secret');
    });

    test('has its password not sent to the address that it redirects to', async () => {
      const server = await testServer((_request, response) => {
        response.writeHead(302, { location: 'https://elsewhere.invalid/cells/' }).end();
      });
      const sent: string[] = [];
      const downloads = new Downloads((request) => {
        sent.push(`${new URL(request.url).protocol} ${request.headers['authorization'] ?? 'nobody'}`);
        return request.url.startsWith(server.url)
          ? nodeTransport()(request)
          : Promise.reject(new Error('unreachable'));
      }, QUICK);
      const getting = downloads.get(`${server.url}/simple/cells/`, {
        maxBytes: 1000,
        otherHosts: true,
        signal: new AbortController().signal,
        credentials: { origin: server.url, authorization: 'Basic secret' },
      });
      await expect(getting).rejects.toThrow(/can not be reached/u);
      expect(sent.slice(0, 2)).toEqual(['http: Basic secret', 'https: nobody']);
    });

    test('that does not answer is named without its password', async () => {
      const failed = configured('http://me:secret@127.0.0.1:1/simple').ensure(['cells'], { askedBy: 'user' });
      await expect(failed).rejects.toThrow(
        /the package index http:\/\/127\.0\.0\.1:1\/simple\/ can not be reached/u,
      );
      await expect(failed).rejects.not.toThrow(/secret/u);
    });

    test('and whose address is not http is a clear error', async () => {
      await expect(configured('/srv/secret').ensure(['cells'], { askedBy: 'user' })).rejects.toThrow(
        /the package index of pip, set in .*pip\.conf, is not an http\(s\) address/u,
      );
    });
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
