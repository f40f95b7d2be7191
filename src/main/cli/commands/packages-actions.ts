import {
  examineStore,
  installPackages,
  mendPackages,
  namesInPack,
  namesToMend,
  obtainPackages,
  packWheels,
  removeAllPackages,
  type ObtainOptions,
} from '../../packages/maintenance.ts';
import type { Wheel } from '../../packages/wheel.ts';
import type { PackageTool } from './package-tool.ts';
import type { PackagesArguments } from './packages.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import { megabytes, type ProgressLine } from '../terminal/progress-line.ts';
import { UsageError } from '../usage-error.ts';

/** What an action has to say: as a document, and in lines that are safe to print. */
export interface ActionResult {
  readonly document: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  /** Whether something is damaged or missing, and has not been mended. */
  readonly damage: boolean;
}

/** Carries out one of the actions. Rejects with PackageError and UsageError. */
export function runPackagesAction(
  args: PackagesArguments,
  tool: PackageTool,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ActionResult> {
  switch (args.action) {
    case 'list':
      return list(args.all, tool);
    case 'install':
      return install(args.names, tool, progress, signal);
    case 'verify':
      return verify(args.repair, tool, progress, signal);
    case 'pack':
      return pack(args, tool, progress, signal);
    case 'clear':
      return clear(args.old, tool);
  }
}

async function list(all: boolean, tool: PackageTool): Promise<ActionResult> {
  const installed = await tool.service.inventory.installed();
  const bytes = sum(installed);
  const packages = installed.map((wheel) => ({ ...shown(wheel), installed: true }));
  const names = new Set(installed.map(({ name }) => name));
  const others = all ? (await tool.service.inventory.available()).filter(({ name }) => !names.has(name)) : [];
  const further = others.map(({ name, version }) => ({ name, version, installed: false }));
  const lines = [
    ...installed.map(
      ({ byHand, name, version, bytes: size, origin }) =>
        `${name} ${version}  ${megabytes(size)}${origin === 'lock' ? '' : `  (${beyondTheLock(byHand)})`}`,
    ),
    ...further.map(({ name, version }) => `${name} ${version}  (not installed)`),
    `${installed.length} packages are installed, ${megabytes(bytes)} in ${tool.store.folder}`,
  ];
  return {
    document: {
      pyodide: tool.pyodideVersion,
      folder: tool.store.folder,
      bytes,
      packages: [...packages, ...further],
    },
    lines: lines.map(oneLine),
    damage: false,
  };
}

const beyondTheLock = (byHand = false): string =>
  byHand
    ? 'not in the lock of Pyodide'
    : 'not in the lock of Pyodide, brought by a run or by another package';

async function install(
  names: readonly string[],
  tool: PackageTool,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ActionResult> {
  if (names.length === 0 && tool.pack === null) {
    throw new UsageError('no package was named; give NAME, or --pack FILE to install all that is in it');
  }
  const wanted = names.length > 0 ? names : await namesInPack(tool);
  const wheels = await installPackages(tool, wanted, following(progress, signal));
  const bytes = sum(wheels);
  return {
    document: { bytes, packages: wheels.map(shown) },
    lines: [
      ...wheels.map(({ name, version }) => `${name} ${version}`),
      `${wheels.length} packages are installed and checked, ${megabytes(bytes)}`,
    ].map(oneLine),
    damage: false,
  };
}

/** With the progress shown. */
const following = (progress: ProgressLine, signal: AbortSignal): ObtainOptions => ({
  signal,
  onProgress: (state) => progress.update({ ...state, label: state.packageName }),
});

async function verify(
  repair: boolean,
  tool: PackageTool,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ActionResult> {
  const damage = await examineStore(tool, {
    signal,
    onProgress: (state) => progress.redraw({ ...state, label: 'checked' }),
  });
  const { damaged, damagedEntries, missing } = damage;
  const repaired = repair ? namesToMend(damage) : [];
  if (repair) await mendPackages(tool, repaired, following(progress, signal));
  const then = repair ? 'repaired' : 'fetched again when it is needed, or with --repair';
  const count = damaged.length + damagedEntries.length;
  return {
    document: { ...damage, repaired },
    lines: [
      ...damaged.map(
        ({ name, file, reason }) => `${name ?? file}: damaged (${reason}) and moved aside; ${then}`,
      ),
      ...damagedEntries.map((name) => `${name}: its entry in your own lock was damaged; ${then}`),
      ...missing.map((name) => `${name}: missing, and needed by others; ${then}`),
      `${damage.files} files were checked, ${megabytes(damage.bytes)}: ${count} damaged, ${missing.length} missing`,
    ].map(oneLine),
    damage: !repair && count + missing.length > 0,
  };
}

async function pack(
  args: Extract<PackagesArguments, { action: 'pack' }>,
  tool: PackageTool,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ActionResult> {
  const wheels =
    args.names.length > 0
      ? await obtainPackages(tool, args.names, following(progress, signal))
      : await tool.service.inventory.exportable();
  if (wheels.length === 0) {
    throw new UsageError('no package is installed and none was named; give NAME, or install some first');
  }
  const bytes = await packWheels(tool, args.file, {
    pyodideVersion: tool.pyodideVersion,
    wheels,
    replace: args.force,
    signal,
  });
  return {
    document: { file: args.file, bytes, packages: wheels.map(shown) },
    lines: [oneLine(`${args.file}: ${wheels.length} packages, ${megabytes(bytes)}`)],
    damage: false,
  };
}

async function clear(old: boolean, tool: PackageTool): Promise<ActionResult> {
  const removed = old ? { files: 0, bytes: 0 } : await removeAllPackages(tool);
  if (old) await tool.store.tidy();
  else await tool.removeImages();
  const older = await tool.removeOld();
  const versions = older.versions.length === 0 ? '' : ` and the packages of ${older.versions.join(', ')}`;
  return {
    document: { ...removed, oldVersions: older.versions, oldBytes: older.bytes },
    lines: [`removed ${removed.files} files${versions}, ${megabytes(removed.bytes + older.bytes)}`],
    damage: false,
  };
}

const sum = (wheels: readonly Wheel[]): number => wheels.reduce((total, { bytes }) => total + bytes, 0);

const shown = ({ name, version, fileName, sha256, bytes, origin }: Wheel): Record<string, unknown> => ({
  name,
  version,
  fileName,
  sha256,
  bytes,
  origin,
});
