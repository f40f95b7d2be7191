/** Fetching a Node out of a package of the registry, with small made-up packages. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../scripts/provision/machine.ts';
import { NODE_MAJORS, NODE_PINS, type NodePin } from '../../../scripts/provision/node-engine-pins.ts';
import { nodeEngineFolder, obtainNodeEngine, pinnedNode } from '../../../scripts/provision/node-engine.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PROGRAM = 'the Node program';

const stage = (
  files: Readonly<Record<string, string>> = { 'bin/node': PROGRAM, LICENSE: 'free', 'include/a.h': '' },
) => {
  const folder = temporaryFolder();
  for (const [name, contents] of Object.entries(files)) {
    const file = path.join(folder, 'package', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  const tarball = path.join(folder, 'original.tgz');
  tar.c({ file: tarball, cwd: folder, sync: true, gzip: true }, ['package']);
  const pin: NodePin = {
    major: 24,
    platform: 'linux',
    arch: 'x64',
    packageName: 'node-small',
    packageVersion: '24.0.1',
    integrity: `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`,
    tarballBytes: 1000,
  };
  const log: string[] = [];
  const stages = { packs: 0, delivers: tarball };
  const machine: Machine = {
    platform: 'linux',
    arch: 'x64',
    isRoot: false,
    isTerminal: false,
    env: {},
    log: (line) => log.push(line),
    cacheDir: path.join(folder, 'cache'),
    electronPackageDir: folder,
    run: async (_command, args) => {
      stages.packs++;
      const destination = args[args.indexOf('--pack-destination') + 1] ?? '';
      copyFileSync(stages.delivers, path.join(destination, 'node-small-24.0.1.tgz'));
      return { code: 0, stdout: '', stderr: '' };
    },
  };
  return { machine, pin, log, stages, kept: path.join(machine.cacheDir, 'node') };
};

describe('an engine', () => {
  test('is fetched once, and holds its program and its licence', async () => {
    const { machine, pin, stages, kept } = stage();
    const program = await obtainNodeEngine(machine, pin);
    expect(readFileSync(program, 'utf8')).toBe(PROGRAM);
    expect(statSync(program).mode & 0o777).toBe(0o755);
    const folder = nodeEngineFolder(machine, pin);
    expect(readdirSync(folder).sort()).toEqual(['LICENSE', 'bin', 'vivarium-manifest.json']);
    expect(await obtainNodeEngine(machine, pin)).toBe(program);
    expect(stages.packs).toBe(1);
    expect(readdirSync(kept).filter((name) => name.startsWith('.staging-'))).toEqual([]);
    expect(readdirSync(path.join(kept, 'downloads'))).toEqual([]);
  });

  test('is prepared once when two ask at the same time', async () => {
    const { machine, pin, stages } = stage();
    const [one, other] = await Promise.all([obtainNodeEngine(machine, pin), obtainNodeEngine(machine, pin)]);
    expect(one).toBe(other);
    expect(stages.packs).toBe(1);
  });

  test.each([
    ['longer', (program: string) => appendFileSync(program, 'x')],
    ['other contents of the same size', (program: string) => writeFileSync(program, 'THE Node program')],
    ['missing', (program: string) => rmSync(program)],
    ['not finished', (program: string) => rmSync(path.join(program, '..', '..', 'vivarium-manifest.json'))],
  ])('that is damaged is prepared again: %s', async (_what, damage) => {
    const { machine, pin, stages } = stage();
    damage(await obtainNodeEngine(machine, pin));
    expect(readFileSync(await obtainNodeEngine(machine, pin), 'utf8')).toBe(PROGRAM);
    expect(stages.packs).toBe(2);
  });

  test('of another hash is refused, and nothing of it is kept', async () => {
    const { machine, pin, stages } = stage();
    const other = path.join(path.dirname(stages.delivers), 'other.tgz');
    writeFileSync(other, 'something else');
    stages.delivers = other;
    await expect(obtainNodeEngine(machine, pin)).rejects.toThrow(/not the package that Vivarium knows/u);
    expect(existsSync(nodeEngineFolder(machine, pin))).toBe(false);
  });

  test('whose package holds no program is refused', async () => {
    const { machine, pin } = stage({ LICENSE: 'free' });
    await expect(obtainNodeEngine(machine, pin)).rejects.toThrow(/bin\/node is not in it/u);
    expect(existsSync(nodeEngineFolder(machine, pin))).toBe(false);
  });
});

describe('the pins', () => {
  test('name one package for each major and platform, of that major', () => {
    const keys = NODE_PINS.map(({ major, platform, arch }) => `${major} ${platform} ${arch}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { major, packageVersion, integrity } of NODE_PINS) {
      expect(packageVersion.split('.')[0]).toBe(String(major));
      expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/u);
    }
  });

  test.each(NODE_MAJORS)('have Node %i for Linux on both architectures', (major) => {
    for (const arch of ['x64', 'arm64'] as const) {
      expect(pinnedNode({ platform: 'linux', arch }, major)).toMatchObject({ major, arch });
    }
  });

  test('have no Node where the registry has no package', () => {
    expect(pinnedNode({ platform: 'win32', arch: 'arm64' }, 24)).toBeUndefined();
    expect(pinnedNode({ platform: 'freebsd', arch: 'x64' }, 24)).toBeUndefined();
  });
});
