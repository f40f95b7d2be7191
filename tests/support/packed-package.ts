/** The package as others get it: packed, and installed into a folder of its own. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram } from '../../scripts/shared/run-program.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

export interface PackedPackage {
  readonly tarball: string;
  /** What is in there has the package in its `node_modules`. */
  readonly folder: string;
  /** Copies an example there, and builds it where it has a tool for that. Returns its folder. */
  example(name: string): Promise<string>;
  remove(): void;
}

/** The tool that builds an example, of this project's development dependencies; other examples run as they are. */
const BUILT_BY: Readonly<Record<string, string>> = { 'embed-electron-vite': 'electron-vite' };

const run = async (program: string, args: readonly string[], cwd: string): Promise<void> => {
  const { code, stderr, stdout } = await runProgram(program, args, { cwd });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
};

const npm = (args: readonly string[], cwd: string): Promise<void> =>
  run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], cwd);

/** Of what `npm test` has built. */
export const packPackage = async (): Promise<PackedPackage> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-package-'));
  // Scripts are left out: the one before packing would build anew.
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [name = ''] = readdirSync(folder);
  const tarball = path.join(folder, name);
  await npm(['install', '--ignore-scripts', tarball], folder);
  return {
    tarball,
    folder,
    example: async (example) => {
      const target = path.join(folder, example);
      cpSync(path.join(ROOT, 'examples', example), target, { recursive: true });
      const tool = BUILT_BY[example];
      if (tool !== undefined) await run(path.join(ROOT, 'node_modules/.bin', tool), ['build'], target);
      return target;
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
};
