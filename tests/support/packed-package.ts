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
  /** Copies an example there. Returns its folder. */
  example(name: string): string;
  remove(): void;
}

const npm = async (args: readonly string[], cwd: string): Promise<void> => {
  const { code, stderr, stdout } = await runProgram(
    'npm',
    [...args, '--no-audit', '--no-fund', '--prefer-offline'],
    { cwd },
  );
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
};

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
    example: (example) => {
      const target = path.join(folder, example);
      cpSync(path.join(ROOT, 'examples', example), target, { recursive: true });
      return target;
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
};
