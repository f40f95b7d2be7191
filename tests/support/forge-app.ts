/** The example for Electron Forge, as its user packs it. Electron's archive is made of the Electron of these tests. */
import { createWriteStream, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import process from 'node:process';
import { ZipFile } from 'yazl';
import { thisMachine } from '../../scripts/provision/machine.ts';
import { obtainNodeEngine, pinnedNode } from '../../scripts/provision/node-engine.ts';
import { runProgram } from '../../scripts/shared/run-program.ts';
import { installedElectron } from '../../src/main/cli/host/electron-command.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const FORGE = '8.0.1';

/** Forge wants Node 22.13 or later. Of Node's pins, the one of the declared Electron. */
const forgeNode = async (): Promise<string> => {
  if (Number.parseInt(process.versions.node, 10) > 22) return process.execPath;
  const machine = thisMachine(() => undefined);
  const pin = pinnedNode(machine, 24);
  if (pin === undefined) throw new Error(`there is no Node 24 for ${machine.platform} on ${machine.arch}`);
  return obtainNodeEngine(machine, pin);
};

const run = async (
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<void> => {
  const { code, stderr, stdout } = await runProgram(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
};

/** Electron's archive in a folder of its own, under the name that Forge looks for. Not compressed: it is read once. */
const zipElectron = async (target: string, version: string): Promise<void> => {
  mkdirSync(target, { recursive: true });
  const source = path.dirname(await installedElectron());
  const zip = new ZipFile();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    zip.addFile(file, path.relative(source, file).replaceAll(path.sep, '/'), { compress: false });
  }
  zip.end();
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  await pipeline(zip.outputStream, createWriteStream(path.join(target, name)));
};

/** Installs the packed package and Forge into an empty folder and packs the example there. Returns the executable. */
export const packWithForge = async (tarball: string, folder: string): Promise<string> => {
  cpSync(path.join(ROOT, 'examples/embed-forge'), folder, { recursive: true });
  const tools = ['@electron-forge/cli', '@electron-forge/plugin-vite'].map((name) => `${name}@${FORGE}`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--save-dev'];
  const { version: vite } = JSON.parse(
    readFileSync(path.join(ROOT, 'node_modules/vite/package.json'), 'utf8'),
  ) as { version: string };
  await run('npm', ['install', ...options, tarball, ...tools, `vite@${vite}`], { cwd: folder });
  const version = readFileSync(path.join(path.dirname(await installedElectron()), 'version'), 'utf8').trim();
  const manifestFile = path.join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { devDependencies: object };
  // As if it were installed: Forge reads which one the app is for.
  const devDependencies = { ...manifest.devDependencies, electron: version };
  writeFileSync(manifestFile, JSON.stringify({ ...manifest, devDependencies }));
  const archives = path.join(folder, 'electron-archive');
  await zipElectron(archives, version);
  const forge = path.join(folder, 'node_modules/@electron-forge/cli/dist/electron-forge.js');
  await run(await forgeNode(), [forge, 'package'], {
    cwd: folder,
    env: { ...process.env, ELECTRON_ZIP_DIR: archives },
  });
  return path.join(folder, 'out', `embed-forge-${process.platform}-${process.arch}`, 'embed-forge');
};
