/**
 * The real lint configuration against forbidden and allowed imports. The text is made up; it is linted
 * under the path a file of that layer would have.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CONSOLE_FOLDERS,
  CONTROL_FOLDERS,
  MAIN_FOLDERS,
  REALM_FOLDERS,
  SANDBOX_FOLDERS,
  SHARED_FOLDERS,
} from '../../../eslint.layers.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PATHS = 'import-x/no-restricted-paths';
const IMPORTS = 'no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';
const GLOBALS = 'no-restricted-globals';

/**
 * The files are made up: they have no type information, which the layer rules do without, and their imports
 * are resolved without looking at the disk. The last tests use the configuration exactly as it is.
 */
const MADE_UP_FILES: Linter.Config = {
  ...(tseslint.configs.disableTypeChecked as Linter.Config),
  languageOptions: { parserOptions: { projectService: false, program: null, project: false } },
  settings: {
    'import-x/resolver-next': [
      {
        interfaceVersion: 3,
        name: 'by-path',
        resolve: (source: string, file: string) =>
          source.startsWith('.') ? { found: true, path: resolve(dirname(file), source) } : { found: false },
      },
    ],
  },
};

let eslint: ESLint;

beforeAll(() => {
  eslint = new ESLint({ cwd: ROOT, overrideConfig: [MADE_UP_FILES] });
});

async function rulesHit(path: string, code: string, linter = eslint): Promise<string[]> {
  const results = await linter.lintText(code, { filePath: join(ROOT, path) });
  const messages = results.flatMap((result) => result.messages);
  expect(messages.filter((message) => message.fatal)).toEqual([]);
  return messages.map((message) => message.ruleId ?? 'none');
}

/** An import of some file in `folder`, written as a file at `from` would write it. */
function importOf(from: string, folder: string, typesOnly = false): string {
  const path = relative(dirname(from), `${folder}/imported.ts`);
  const source = path.startsWith('.') ? path : `./${path}`;
  return typesOnly
    ? `import type { Other } from '${source}';\nexport type Same = Other;\n`
    : `import { other } from '${source}';\nexport const same = other as string;\n`;
}

describe('between folders', () => {
  it.each([
    ['src/shared/x.ts', 'src/main/cli'],
    ['src/shared/rpc/x.ts', 'src/main/cli'],
    ['src/preload/x.ts', 'src/main/cli'],
    ['src/renderer/x.ts', 'src/main/cli'],
    ['src/renderer/console/x.ts', 'src/main/cli'],
    ['src/utility/x.ts', 'src/main/cli'],
    ['src/utility/control/x.ts', 'src/main/cli'],
    ['src/utility/realm/x.ts', 'src/main/cli'],
    ['src/main/x.ts', 'src/utility'],
    ['src/preload/x.ts', 'src/utility'],
    ['src/main/cli/x.ts', 'tests/unit/cli'],
    ['src/shared/x.ts', 'tests/unit/cli'],
    ['src/main/x.ts', 'scripts'],
    ['src/utility/realm/x.ts', 'src/utility/worker'],
    ['src/utility/realm/x.ts', 'src/utility/control'],
    ['src/utility/worker/x.ts', 'src/utility/realm'],
    ['src/utility/worker/x.ts', 'src/utility/control'],
    ['src/utility/control/x.ts', 'src/utility/realm'],
    ['src/utility/control/x.ts', 'src/utility/worker'],
  ])('%s may not import %s', async (from, folder) => {
    expect(await rulesHit(from, importOf(from, folder))).toContain(PATHS);
    expect(await rulesHit(from, importOf(from, folder, true))).toContain(PATHS);
  });

  it.each([
    ['src/shared/rpc/x.ts', 'src/shared/rpc'],
    ['src/main/sandbox/x.ts', 'src/shared'],
    ['src/main/compose/x.ts', 'src/main/sandbox'],
    ['src/preload/x.ts', 'src/shared'],
    ['src/renderer/console/x.ts', 'src/shared'],
    ['src/utility/control/x.ts', 'src/shared'],
    ['src/utility/realm/x.ts', 'src/shared'],
    ['src/utility/worker/x.ts', 'src/shared'],
    ['tests/unit/x.test.ts', 'src/main/cli'],
    ['tests/unit/x.test.ts', 'src/utility'],
    ['scripts/x.ts', 'src/main/cli'],
    ['bench/x.ts', 'src/utility'],
  ])('%s may import %s', async (from, folder) => {
    expect(await rulesHit(from, importOf(from, folder))).toEqual([]);
  });
});

describe('inside of a layer', () => {
  const PARENTS = {
    'src/main': MAIN_FOLDERS,
    'src/main/sandbox': SANDBOX_FOLDERS,
    'src/shared': SHARED_FOLDERS,
    'src/utility/realm': REALM_FOLDERS,
    'src/utility/control': CONTROL_FOLDERS,
    'src/renderer/console': CONSOLE_FOLDERS,
  };
  const pairs = Object.entries(PARENTS).flatMap(([parent, folders]) =>
    Object.entries(folders).flatMap(([from, allowed]) =>
      Object.keys(folders)
        .filter((to) => to !== from)
        .map((to) => ({ from: `${parent}/${from}/x.ts`, to: `${parent}/${to}`, may: allowed.includes(to) })),
    ),
  );

  it.each(pairs.filter(({ may }) => !may))('$from may not import $to', async ({ from, to }) => {
    expect(await rulesHit(from, importOf(from, to))).toContain(PATHS);
  });

  it.each(pairs.filter(({ may }) => may))('$from may import $to', async ({ from, to }) => {
    expect(await rulesHit(from, importOf(from, to))).toEqual([]);
  });

  it.each(Object.keys(PARENTS))('every folder of %s has its rule', async (parent) => {
    const entries = await readdir(join(ROOT, parent), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.sort()).toEqual(Object.keys(PARENTS[parent as keyof typeof PARENTS]).sort());
  });
});

describe('of Node and Electron', () => {
  const WITHOUT_HOST = [
    'src/shared/x.ts',
    'src/renderer/x.ts',
    'src/utility/realm/x.ts',
    'src/utility/realm/deep/x.ts',
    'src/utility/control/x.ts',
    'src/utility/control/packages/x.ts',
  ];

  it.each(WITHOUT_HOST)('%s reaches neither Node nor Electron', async (path) => {
    for (const name of [
      'node:fs',
      'fs',
      'fs/promises',
      'node:test',
      'node:worker_threads',
      'electron',
      'electron/main',
    ]) {
      expect(
        await rulesHit(path, `import * as host from '${name}';\nexport const x = host;\n`),
        name,
      ).toContain(IMPORTS);
      expect(await rulesHit(path, `export * from '${name}';\n`), name).toContain(IMPORTS);
    }
    expect(await rulesHit(path, `import type { Stats } from 'node:fs';\nexport type X = Stats;\n`)).toContain(
      IMPORTS,
    );
    expect(await rulesHit(path, `export const x = import('node:fs');\n`)).toContain(SYNTAX);
    for (const name of ['process', 'require', 'Buffer']) {
      expect(await rulesHit(path, `export const x: unknown = ${name};\n`), name).toContain(GLOBALS);
    }
  });

  it.each(WITHOUT_HOST)('%s may import other packages', async (path) => {
    expect(await rulesHit(path, `import { z } from 'zod';\nexport const x = z;\n`)).toEqual([]);
  });

  it('the guest realm has no import() at all', async () => {
    expect(await rulesHit('src/utility/realm/x.ts', `export const x = import('zod');\n`)).toContain(SYNTAX);
  });

  it.each(['src/main/x.ts', 'src/main/cli/cli.ts', 'src/main/sandbox/x.ts'])(
    '%s may not import Electron',
    async (path) => {
      expect(await rulesHit(path, `import { app } from 'electron';\nexport const x = app;\n`)).toContain(
        IMPORTS,
      );
      expect(await rulesHit(path, `export const x = import('electron');\n`)).toContain(SYNTAX);
      expect(await rulesHit(path, `import { join } from 'node:path';\nexport const x = join;\n`)).toEqual([]);
    },
  );

  it.each([
    'src/main/index.ts',
    'src/main/window/x.ts',
    'src/main/sandbox/process/electron-launcher.ts',
    'src/main/cli/host/open-electron-host.ts',
    'src/preload/index.ts',
    'tests/integration/x.test.ts',
  ])('%s may import Electron', async (path) => {
    expect(await rulesHit(path, `import { app } from 'electron';\nexport const x = app;\n`)).toEqual([]);
  });
});

describe('of the table of runtimes', () => {
  it.each([
    'src/main/cli/commands/x.ts',
    'src/main/app/x.ts',
    'src/main/window/x.ts',
    'src/main/cli/host/open-electron-x.ts',
    'src/renderer/x.ts',
    'src/renderer/console/MadeUp.vue',
    'src/preload/x.ts',
  ])('%s may not compare with the name of one', async (path) => {
    const script = (text: string): string =>
      path.endsWith('.vue') ? `<script setup lang="ts">\n${text}</script>\n` : text;
    for (const test of ["other === 'native'", "'embedded' !== other", "other == 'embedded'"]) {
      const hit = await rulesHit(
        path,
        script(`const other: string = window.name;\nexport const x = ${test};\n`),
      );
      expect(
        hit.filter((rule) => rule.endsWith(SYNTAX)),
        test,
      ).not.toEqual([]);
    }
    const all = "switch (window.name) {\n  case 'native':\n  default:\n    break;\n}\n";
    expect(await rulesHit(path, script(all))).toEqual([]);
  });

  it('nor may the template of a component', async () => {
    const template = `<template><p v-if="runtime === 'native'">x</p></template>\n`;
    expect(await rulesHit('src/renderer/app/MadeUp.vue', template)).toContain(`vue/${SYNTAX}`);
  });
});

describe('the configuration as it is', () => {
  const real = new ESLint({ cwd: ROOT });

  it('keeps the layers of files that exist', async () => {
    const code = importOf('src/shared/limits.ts', 'src/main/cli').replaceAll('imported.ts', 'cli.ts');
    expect(await rulesHit('src/shared/limits.ts', code, real)).toContain(PATHS);
    // Not limits.ts: the type service goes on with the text it was given for that.
    const allowed = `import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';
export const x: string | null = workspaceNameProblem('a');
`;
    expect(await rulesHit('src/main/cli/output/exit-codes.ts', allowed, real)).toEqual([]);
  });

  it('has type information through the project references', async () => {
    const floating = `export function x(): void {\n  Promise.resolve(1);\n}\n`;
    for (const path of [
      'src/shared/limits.ts',
      'src/main/cli/output/exit-codes.ts',
      'tests/unit/cli/harness.ts',
    ]) {
      expect(await rulesHit(path, floating, real), path).toContain('@typescript-eslint/no-floating-promises');
    }
    const inexhaustive = `export function x(y: 'a' | 'b'): void {\n  switch (y) {\n    case 'a':\n  }\n}\n`;
    expect(await rulesHit('src/shared/limits.ts', inexhaustive, real)).toContain(
      '@typescript-eslint/switch-exhaustiveness-check',
    );
    expect(await rulesHit('src/shared/limits.ts', `export const x: any = 1;\n`, real)).toContain(
      '@typescript-eslint/no-explicit-any',
    );
  });
});
