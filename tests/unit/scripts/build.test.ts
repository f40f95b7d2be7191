import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  buildProject,
  buildProjectIfStale,
  type BuildProject,
} from '../../../scripts/build/build-project.ts';
import { isStale, NEEDED_OUTPUTS } from '../../../scripts/build/build-stamp.ts';
import { SUCCESS } from './support/small-electron.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

function project() {
  const root = temporaryFolder();
  for (const folder of ['src/main', 'locales', 'node_modules']) {
    mkdirSync(path.join(root, folder), { recursive: true });
  }
  const write = (file: string, contents: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), contents);
  };
  write('src/main/index.ts', 'one');
  write('locales/en.json', '{}');
  write('tsconfig.json', '{}');
  const log: string[] = [];
  const builds: string[] = [];
  const options: BuildProject = {
    root,
    log: (line) => log.push(line),
    bundle: () => {
      builds.push('build');
      for (const output of NEEDED_OUTPUTS) write(output, 'built');
      return Promise.resolve(SUCCESS);
    },
  };
  return { root, write, log, builds, options };
}

describe('a build is stale', () => {
  test.each([
    ['when a source changes', 'src/main/index.ts', 'two'],
    ['when a source is added', 'src/main/python/runner.py', 'pass'],
    ['when a text changes', 'locales/en.json', '{"a":1}'],
    ['when the compiler is told otherwise', 'tsconfig.json', '{"a":1}'],
    ['when a dependency changes', 'package-lock.json', '{}'],
    ['when the bundler is told otherwise', 'electron.vite.config.ts', 'export {}'],
    ['when the build itself changes', 'scripts/build/standalone-scripts.ts', 'export {}'],
  ])('%s', async (_name, file, contents) => {
    const { options, write, builds } = project();
    expect(await buildProjectIfStale(options)).toBe(true);
    expect(await buildProjectIfStale(options)).toBe(false);
    write(file, contents);
    expect(await buildProjectIfStale(options)).toBe(true);
    expect(builds).toHaveLength(2);
  });

  test('and without the snapshot that the one before was saved with', async () => {
    const { options, root, write } = project();
    const snapshot = 'out/snapshots/before.snapshot';
    write(snapshot, 'saved');
    await buildProject(options);
    expect(existsSync(path.join(root, snapshot))).toBe(false);
  });

  test('when an output is missing', async () => {
    const { root, options } = project();
    await buildProject(options);
    rmSync(path.join(root, 'out/main/cli.js'));
    expect(await isStale(root)).toBe(true);
  });

  test('when a source is edited while it is built', async () => {
    const { root, options, write } = project();
    const edits: BuildProject = {
      ...options,
      bundle: () => {
        write('src/main/index.ts', 'edited meanwhile');
        return options.bundle();
      },
    };
    await buildProject(edits);
    expect(await isStale(root)).toBe(true);
  });

  test('after it failed', async () => {
    const { root, options } = project();
    await buildProject(options);
    const failing: BuildProject = {
      ...options,
      bundle: () => Promise.resolve({ code: 1, stdout: '', stderr: 'src/main/index.ts:1: no' }),
    };
    await expect(buildProject(failing)).rejects.toThrow('src/main/index.ts:1: no');
    expect(await isStale(root)).toBe(true);
  });
});

describe('a build is not stale', () => {
  test('when files have new times but the same contents', async () => {
    const { root, options } = project();
    await buildProject(options);
    utimesSync(path.join(root, 'src/main/index.ts'), new Date(0), new Date(0));
    expect(await isStale(root)).toBe(false);
  });

  test('when something else in the project changes', async () => {
    const { root, options, write } = project();
    await buildProject(options);
    write('docs/notes.md', 'hello');
    expect(await isStale(root)).toBe(false);
  });
});

test('two starts at once build once', async () => {
  const { options, builds } = project();
  const built = await Promise.all([buildProjectIfStale(options), buildProjectIfStale(options)]);
  expect(built.sort()).toEqual([false, true]);
  expect(builds).toHaveLength(1);
});
