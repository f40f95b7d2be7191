/** The npm package as others get it: what is in it, and apps that use it, each in a real Electron. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build as esbuild } from 'esbuild';
import { publint } from 'publint';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../../scripts/shared/run-program.ts';
import { installedElectron, sandboxSwitches } from '../../../src/main/cli/host/electron-command.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import { openEmbeddingApp, recoversFromKill, type EmbeddingApp } from '../../support/embedding-app.ts';
import { packWithForge } from '../../support/forge-app.ts';
import { packAsar, pageOfPackedApp } from '../../support/packed-app.ts';
import { packPackage, type PackedPackage } from '../../support/packed-package.ts';
import { allProcesses, processesMarked, untilNone } from '../../support/processes.ts';
import { testWheels, testWheelsFolder } from '../../support/test-wheels.ts';
import { openVirtualDisplay, type VirtualDisplay } from '../../support/virtual-display.ts';

/** The first run with pandas also makes a snapshot, which takes its time on a busy machine. */
const LIMIT_MS = 240_000;
const PANDAS = 'import pandas as pd\npd.DataFrame({"n": [1, 2, 39]})["n"].sum() + 0';

let packed: PackedPackage;
let display: VirtualDisplay;

beforeAll(async () => {
  [packed, display] = await Promise.all([packPackage(), openVirtualDisplay()]);
});
afterAll(async () => {
  await display.close();
  packed.remove();
});

const dataFolder = (): string => path.join(packed.folder, 'data');

describe('what is packed', () => {
  it('has no problem that publint knows', async () => {
    const { messages } = await publint({
      pack: { tarball: Uint8Array.from(readFileSync(packed.tarball)).buffer },
      strict: true,
    });
    expect(messages).toEqual([]);
  });

  it('has types that are right for every kind of import', async () => {
    const checked = await checkPackage(createPackageFromTarballData(readFileSync(packed.tarball)));
    // TypeScript's oldest way to find modules knows no exports.
    const problems = 'problems' in checked ? checked.problems : [{ kind: 'no types at all' }];
    expect(
      problems.filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10')),
    ).toEqual([]);
  });

  it('is the build, the documents and the examples', () => {
    const names = execFileSync('tar', ['-tzf', packed.tarball], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((name) => name.replace('package/', ''));
    const known =
      /^(?:out\/(?:frames|lib|main|preload|renderer|utility)|docs|examples)\/|^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|NOTICE)$/u;
    expect(names.filter((name) => !known.test(name))).toEqual([]);
    expect(names.filter((name) => /\.(?:tsx?|map)$/u.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  });
});

describe('in plain Node', () => {
  const code = `
    const sandbox = createSandbox({ memoryMiB: 512 });
    const session = sandbox.session('first');
    await session.files.write([{ name: 'n.txt', bytes: new TextEncoder().encode('42') }]);
    const result = await session.run('int(open("n.txt").read())');
    await session.run('import atexit; f = open("end.txt", "w"); atexit.register(lambda: f.write("its end"))');
    const files = [];
    const end = await session.close({ onFile: ({ name, bytes }) => void files.push([name, String.fromCharCode(...bytes)]) });
    await sandbox.dispose();
    process.stdout.write(JSON.stringify({ result, files, end: [end.status, end.files.map(({ name }) => name)] }));`;

  it.each([
    ['ES modules', 'module', `import { createSandbox } from 'vivarium/node';${code}`],
    ['CommonJS', 'commonjs', `const { createSandbox } = require('vivarium/node'); (async () => {${code}})()`],
  ])('runs Python from %s', async (_what, type, text) => {
    const { stderr, stdout } = await runProgram(process.execPath, [`--input-type=${type}`, '-e', text], {
      cwd: packed.folder,
      env: { ...process.env, VIVARIUM_DATA_DIR: dataFolder() },
    });
    expect(stderr).toBe('');
    const { end, files, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    const { value, ...result } = RunResult.parse(rest['result']);
    expect([result.status, value]).toEqual(['ok', { text: '42', json: 42 }]);
    expect([end, files]).toEqual([['ok', ['end.txt']], [['end.txt', 'its end']]]);
  });

  it('says what to do where the runtime is not found', async () => {
    const text = `import { createSandbox } from 'vivarium/node'; createSandbox({ assetsDir: '/nowhere' })`;
    const { code: exit, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', text], {
      cwd: packed.folder,
    });
    expect(exit).toBe(1);
    expect(stderr).toMatch(/VivariumError: assetsDir: .*copyAssets/u);
  });
});

describe('in a bundle', () => {
  const code = `
    import { createSandbox } from 'vivarium/node';
    const sandbox = createSandbox({ memoryMiB: 512 });
    sandbox.run('6 * 7').then(async ({ error, value }) => {
      await sandbox.dispose();
      process.stdout.write(value?.text ?? error.message);
    });`;

  const bundlers: Record<string, (entry: string, outfile: string) => Promise<unknown>> = {
    'esbuild to an ES module': (entry, outfile) =>
      esbuild({
        entryPoints: [entry],
        outfile: `${outfile}.mjs`,
        bundle: true,
        platform: 'node',
        format: 'esm',
        // What esbuild says to put there for CommonJS in it.
        banner: {
          js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
        },
      }),
    'esbuild to CommonJS': (entry, outfile) =>
      esbuild({
        entryPoints: [entry],
        outfile: `${outfile}.cjs`,
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logOverride: { 'empty-import-meta': 'silent' },
      }),
    'Vite to an ES module': (entry, outfile) =>
      vite({
        root: path.dirname(entry),
        configFile: false,
        logLevel: 'silent',
        ssr: { noExternal: true },
        build: {
          ssr: entry,
          outDir: path.dirname(outfile),
          emptyOutDir: false,
          rolldownOptions: {
            output: { entryFileNames: `${path.basename(outfile)}.mjs`, codeSplitting: false },
          },
        },
      }),
  };

  it.each(Object.keys(bundlers))(
    'by %s it runs, beside the package and with a copy of its assets',
    async (name) => {
      const source = path.join(packed.folder, 'bundled');
      mkdirSync(source, { recursive: true });
      const entry = path.join(source, 'entry.mjs');
      writeFileSync(entry, code);
      const outfile = path.join(source, 'dist', name.replaceAll(' ', '-'));
      await bundlers[name]?.(entry, outfile);
      const [bundle = ''] = readdirSync(path.dirname(outfile)).filter((file) =>
        file.startsWith(path.basename(outfile)),
      );
      const env = { ...process.env, VIVARIUM_DATA_DIR: dataFolder() };
      const run = async (file: string): Promise<string> => {
        const { stderr, stdout } = await runProgram(process.execPath, [file], { cwd: tmpdir(), env });
        return stdout + stderr;
      };
      expect(await run(path.join(path.dirname(outfile), bundle))).toBe('42');
      const alone = mkdtempSync(path.join(tmpdir(), 'vivarium-alone-'));
      try {
        copyFileSync(path.join(path.dirname(outfile), bundle), path.join(alone, bundle));
        expect(await run(path.join(alone, bundle))).toContain('assets-missing');
        const copy = `import { copyAssets } from 'vivarium/build'; await copyAssets(${JSON.stringify(path.join(alone, 'vivarium'))})`;
        await runProgram(process.execPath, ['--input-type=module', '-e', copy], { cwd: packed.folder });
        expect(await run(path.join(alone, bundle))).toBe('42');
      } finally {
        rmSync(alone, { recursive: true, force: true });
      }
    },
  );
});

it('the short start for apps in the README prints the version of Python', async () => {
  const readme = readFileSync(path.join(packed.folder, 'node_modules/vivarium/README.md'), 'utf8');
  const program = /`(?<name>[\w.]+)` is the least[^]*?```js\n(?<code>[^]*?)```/u.exec(readme)?.groups;
  const { code = '', name = '' } = program ?? {};
  writeFileSync(path.join(packed.folder, name), code);
  const { code: exit, stdout } = await runProgram(
    await installedElectron(),
    [...sandboxSwitches(), `--user-data-dir=${path.join(dataFolder(), 'chromium')}`, name],
    {
      cwd: packed.folder,
      env: { ...process.env, DISPLAY: display.name, VIVARIUM_DATA_DIR: dataFolder() },
    },
  );
  expect([exit, stdout]).toEqual([0, expect.stringMatching(/^3\.14\.\d+\n$/u)]);
});

const open = async (example: string): Promise<EmbeddingApp> =>
  openEmbeddingApp({
    folder: await packed.example(example),
    display: display.name,
    dataFolder: dataFolder(),
    mirror: testWheelsFolder(),
  });

/** What the code that is in the page gives. */
const ANSWERS: Readonly<Record<string, string>> = { 'embed-electron-vite': '1' };

describe.each(['embed-esm', 'embed-cjs', 'embed-electron-vite'])('examples/%s', (example) => {
  it(
    'runs pandas, loses its process, recovers, and leaves nothing behind',
    { timeout: LIMIT_MS },
    async (context) => {
      await testWheels(context);
      const opened = await open(example);
      const { page } = opened;
      await recoversFromKill(opened);
      await page.getByRole('button', { name: 'Run' }).click();
      if (example === 'embed-electron-vite')
        await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page
        .locator('#answer')
        .getByText(ANSWERS[example] ?? '1009650')
        .waitFor();
      await opened.close();
      await untilNone(() => processesMarked(path.join(packed.folder, example)));
    },
  );
});

interface PackedApp {
  /** Returns the executable. */
  readonly pack: (folder: string) => Promise<string>;
  readonly env: NodeJS.ProcessEnv;
}

const PACKED_APPS: Readonly<Record<string, PackedApp>> = {
  'embed-cjs in an archive, its fuses blown': {
    pack: async (folder) =>
      packAsar({
        app: await packed.example('embed-cjs'),
        modules: path.join(packed.folder, 'node_modules'),
        folder,
      }),
    // What the fuses are there to refuse.
    env: { ELECTRON_RUN_AS_NODE: '1' },
  },
  'embed-forge, packed by Forge with its Vite plugin': {
    pack: (folder) => packWithForge(packed.tarball, folder),
    env: {},
  },
};

describe.each(Object.entries(PACKED_APPS))('%s', (name, { env, pack }) => {
  it(
    'runs pandas with every layer of the isolation, and recovers',
    { timeout: LIMIT_MS },
    async (context) => {
      const folder = path.join(packed.folder, 'packed-apps', name.split(' ')[0]?.replace(',', '') ?? name);
      const executable = await pack(folder);
      const app = spawn(executable, [...sandboxSwitches(), '--remote-debugging-port=0'], {
        env: {
          ...process.env,
          DISPLAY: display.name,
          VIVARIUM_DATA_DIR: dataFolder(),
          VIVARIUM_MIRROR: await testWheels(context),
          ...env,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = once(app, 'exit');
      const page = await pageOfPackedApp(app);
      await page.waitForFunction(() => 'vivarium' in globalThis);
      const python = (code: string): Promise<unknown> =>
        page.evaluate((text) => globalThis.vivarium.interpreter.pyodide(text), code);
      expect(page.url()).toMatch(/app\.asar\/(?:.*\/)?index\.html$/u);
      expect(await python(PANDAS)).toEqual({ result: '42' });
      const [sidecar] = allProcesses().filter(
        ({ commandLine, parent }) => parent === app.pid && commandLine.includes('node.mojom.NodeService'),
      );
      if (sidecar === undefined) throw new Error('no process runs Python');
      const status = readFileSync(`/proc/${sidecar.pid}/status`, 'utf8');
      expect(status).toMatch(/^NoNewPrivs:\s1$[^]*^Seccomp:\s2$/mu);
      process.kill(sidecar.pid, 'SIGKILL');
      expect(await python(PANDAS)).toEqual({ result: '42' });
      app.kill('SIGTERM');
      await ended;
      await untilNone(() => processesMarked(folder));
    },
  );
});

describe('the interpreter of a page', () => {
  let opened: EmbeddingApp;
  beforeAll(async () => {
    opened = await open('embed-cjs');
  });
  afterAll(() => opened.close());

  it("is exposed beside the app's own API", async () => {
    const found = await opened.page.evaluate(() => ({
      greeting: (globalThis as unknown as { api: { greeting(): string } }).api.greeting(),
      own: Object.keys((globalThis as unknown as { api: object }).api),
      interpreter: Object.keys(globalThis.vivarium.interpreter).sort(),
    }));
    expect(found).toEqual({
      greeting: 'hello from the app',
      own: ['greeting'],
      interpreter: ['clearPyodideCache', 'downloadPyodide', 'isPyodideCached', 'pyodide', 'python'],
    });
  });

  it('has no native Python unless the app gives it one', async () => {
    const answer = await opened.page.evaluate(() => globalThis.vivarium.interpreter.python('1'));
    expect(answer).toEqual({
      error: 'this app has no native Python; give registerInterpreter the option "native"',
    });
  });

  it('refuses foreign documents in the same window, and pages in frames', async () => {
    const answers = await opened.app.evaluate(async ({ BrowserWindow }) => {
      const ask = async (address: string): Promise<unknown> => {
        const window = new BrowserWindow({ show: false });
        await window.loadURL(address);
        const answer: unknown = await window.webContents.executeJavaScript(
          'vivarium.interpreter.pyodide("6 * 7")',
        );
        window.destroy();
        return answer;
      };
      const inFrame = async (): Promise<unknown> => {
        const window = new BrowserWindow({
          show: false,
          webPreferences: { nodeIntegrationInSubFrames: true },
        });
        await window.loadURL('data:text/html,<iframe src="data:text/html,inner"></iframe>');
        const frame = window.webContents.mainFrame.frames[0];
        const kind: unknown = await frame?.executeJavaScript('typeof vivarium');
        window.destroy();
        return kind;
      };
      return [await ask('data:text/html,foreign'), await inFrame()];
    });
    expect(answers).toEqual([{ error: 'only the page of the app may ask this' }, 'undefined']);
  });
});
