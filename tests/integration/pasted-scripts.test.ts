/**
 * Scripts as people paste them, through the real command line and one real Electron host that all of them share. See
 * tests/cases/pasted-scripts.json.
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedElectron } from '../../src/main/cli/host/electron-command.ts';
import { ElectronHost } from '../../src/main/cli/host/open-electron-host.ts';
import { LIMITS, DEFAULTS } from '../../src/shared/limits.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { CASES_FOLDER, pastedScripts, type PastedScript } from '../support/pasted-scripts.ts';
import { testWheels } from '../support/test-wheels.ts';
import { cli, type Outcome } from '../unit/cli/harness.ts';

/** Far more than one takes on a slow machine, in s. */
const LONG_S = 300;

const hosts = new Map<string, Promise<ElectronHost>>();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vivarium-pasted-'));
});
afterAll(async () => {
  for (const host of hosts.values()) await (await host).dispose();
  rmSync(folder, { recursive: true, force: true });
});

const openHost = async (mirror: string): Promise<ElectronHost> => {
  const host = new ElectronHost(await installedElectron(), PROJECT_ROOT);
  await host.open({
    memoryMiB: DEFAULTS.memoryMiB,
    // As the command line asks for.
    outputKiB: LIMITS.outputKiB.max,
    packages: { settings: { autoInstall: true, mirror, allow: [] }, official: false },
  });
  return host;
};

const run = async (
  { args, code, give, inline, name, timeout }: PastedScript,
  out: string,
  mirror: string,
): Promise<Outcome> => {
  const file = path.join(folder, `${name}.py`);
  writeFileSync(file, code);
  const host = hosts.get(mirror) ?? openHost(mirror);
  hosts.set(mirror, host);
  const opened = await host;
  const argv = ['run', '--out', out, '--timeout', String(timeout ?? LONG_S)];
  argv.push(...give.flatMap((given) => ['--file', path.join(CASES_FOLDER, given)]));
  argv.push(...(inline ? ['-c', code] : [file]), '--', ...args);
  return cli(argv, {
    cwd: folder,
    // Shared: it is disposed of at the end.
    openSandbox: async () => ({
      run: (request, options) => opened.run(request, options),
      dispose: async () => undefined,
    }),
  });
};

const filesIn = (where: string): string[] =>
  readdirSync(where, { recursive: true })
    .map(String)
    .filter((name) => statSync(path.join(where, name)).isFile())
    .sort();

const scripts = pastedScripts();
const kinds = [...new Set(scripts.map(({ kind }) => kind))];

describe.each(kinds)('%s', (kind) => {
  it.for(scripts.filter((script) => script.kind === kind))(
    '$name',
    { timeout: LONG_S * 1000 },
    async (script, context) => {
      const mirror = await testWheels(context);
      const out = path.join(folder, 'out', script.name);
      const { code, stderr, stdout } = await run(script, out, mirror);
      const said = `${stdout.slice(-2000)}\n---\n${stderr.slice(-2000)}`;
      expect(code, said).toBe(script.exit);
      expect(stdout).toMatch(new RegExp(script.stdout ?? '', 'u'));
      if (script.stderr !== undefined) expect(stderr).toMatch(new RegExp(script.stderr, 'u'));
      else if (script.exit === 0 && script.shown === 0 && script.files === undefined) expect(stderr).toBe('');
      const made = filesIn(out);
      expect(made).toEqual([...(script.files ?? [])].sort());
      expect(made.filter((name) => /^plot-\d+\./u.test(name)).length).toBeGreaterThanOrEqual(script.shown);
    },
  );
});
