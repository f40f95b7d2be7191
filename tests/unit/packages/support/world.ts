/** A small Pyodide with a handful of packages, real wheels on disk and a real store. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { nodeTransport } from '../../../../src/main/packages/http/node-transport.ts';
import {
  openPackages,
  type OpenPackagesOptions,
  type Packages,
} from '../../../../src/main/packages/open-packages.ts';
import type { PackageService } from '../../../../src/main/packages/package-service.ts';
import type { DownloadLimits } from '../../../../src/main/packages/http/downloads.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';
import { zipOf } from '../../scripts/support/zip.ts';

export const PYODIDE = '314.0.3';

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export interface SmallWheel {
  name: string;
  version: string;
  fileName: string;
  bytes: Buffer;
  depends: string[];
}

export interface WheelOptions {
  version?: string;
  depends?: string[];
  /** Adds bytes, so that a transfer takes more than one packet. */
  padding?: number;
  statedName?: string;
  /** The module that it brings, where that has not its name. */
  module?: string;
}

/** A pure Python wheel of one module, with the metadata that real ones have. */
export function wheel(name: string, options: WheelOptions = {}): SmallWheel {
  const { version = '1.0', depends = [], padding = 0, statedName = name } = options;
  const file = name.replaceAll('-', '_');
  const { module = file } = options;
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${statedName}`,
    `Version: ${version}`,
    ...depends.map((text) => `Requires-Dist: ${text}`),
    '',
    'Requires-Dist: not-a-field',
  ];
  const bytes = zipOf([
    { name: `${module}/__init__.py`, contents: `# ${name}\n${'#'.repeat(padding)}` },
    { name: `${file}-${version}.dist-info/METADATA`, contents: metadata.join('\n') },
  ]);
  return { name, version, fileName: `${file}-${version}-py3-none-any.whl`, bytes, depends };
}

export const lockText = (wheels: readonly SmallWheel[], further: Record<string, unknown> = {}): string =>
  JSON.stringify({
    info: { abi_version: '2026_0', arch: 'wasm32', platform: 'emscripten_5_0_3', python: '3.14.0' },
    packages: {
      ...Object.fromEntries(wheels.map((one) => [one.name, lockEntry(one)])),
      ...further,
    },
  });

export const lockEntry = (one: SmallWheel): Record<string, unknown> => ({
  name: one.name,
  version: one.version,
  file_name: one.fileName,
  sha256: sha256(one.bytes),
  depends: one.depends,
  imports: [one.name.replaceAll('-', '_')],
  package_type: 'package',
  install_dir: 'site',
  unvendored_tests: false,
});

/** `frame` needs `numbers`; `loop-a` and `loop-b` need each other. */
export const WHEELS = {
  numbers: wheel('numbers', { padding: 300_000 }),
  frame: wheel('frame', { depends: ['numbers'], padding: 100_000 }),
  plot: wheel('plot', { depends: ['frame', 'numbers'] }),
  loopA: wheel('loop-a', { depends: ['loop-b'] }),
  loopB: wheel('loop-b', { depends: ['loop-a'] }),
} as const;

export const LOCK_WHEELS: readonly SmallWheel[] = Object.values(WHEELS);

/** Quick enough for tests; nothing here waits for its deadline unless the test is about it. */
export const QUICK: DownloadLimits = { overallMs: 20_000, idleMs: 10_000, attempts: 3, pauseMs: 1 };

export interface World {
  folder: string;
  data: string;
  mirror: string;
  store: string;
  open(options?: Partial<OpenPackagesOptions>): Packages;
}

export interface WorldOptions {
  wheels?: readonly SmallWheel[];
  /** Wheels that the mirror offers beyond the lock. */
  further?: readonly SmallWheel[];
}

export function world({ wheels = LOCK_WHEELS, further = [] }: WorldOptions = {}): World {
  const folder = temporaryFolder();
  const mirror = path.join(folder, 'mirror');
  const data = path.join(folder, 'data');
  mkdirSync(mirror);
  for (const { fileName, bytes } of [...wheels, ...further])
    writeFileSync(path.join(mirror, fileName), bytes);
  writeFileSync(path.join(mirror, 'vivarium-packages.json'), offersText(further));
  const lock = PackageLock.parse(lockText(wheels));
  return {
    folder,
    data,
    mirror,
    store: path.join(data, 'pyodide-cache', PYODIDE),
    open: (options = {}) => {
      const packages = openPackages({
        dataFolder: data,
        pyodideVersion: PYODIDE,
        lock,
        settings: { autoInstall: true, mirror, allow: [] },
        transport: nodeTransport(),
        official: false,
        downloadLimits: QUICK,
        ...options,
      });
      onTestFinished(() => packages.service.close());
      return packages;
    },
  };
}

export const offersText = (wheels: readonly SmallWheel[]): string =>
  JSON.stringify({
    format: 1,
    packages: wheels.map(({ name, version, fileName, bytes }) => ({
      name,
      version,
      fileName,
      sha256: sha256(bytes),
    })),
  });

/** Where a wheel lies in the store. */
export const storedAt = ({ store }: World, { bytes }: SmallWheel): string =>
  path.join(store, 'files', sha256(bytes));

export const settingsFor = (mirror: string, part: { autoInstall?: boolean; allow?: string[] } = {}) => ({
  autoInstall: true,
  allow: [],
  ...part,
  mirror,
});

/** Installs for code, and gives the names of all that came. */
export const names = async (service: PackageService, ...wanted: string[]): Promise<string[]> =>
  (await service.ensure(wanted, { askedBy: 'code' })).map(({ name }) => name);
