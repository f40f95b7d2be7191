import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { InstalledFileError } from './installed-file.ts';
import type { BindingLocations } from './lockdown-binding.ts';
import type { RuntimeLocations } from './runtime-assets.ts';

export interface BuiltFiles {
  /** The sidecar's script. */
  readonly sidecar: string;
  /** The same for the sidecar that probes its own lock-down. */
  readonly probeSidecar: string;
  /** Folder of snapshots for the Electron that the build was made for; may not be there. */
  readonly snapshots: string;
  readonly runtime: RuntimeLocations;
  readonly binding: BindingLocations;
  /** Of the Pyodide that is part of the build. */
  readonly pyodideVersion: string;
}

/** Native code can't be loaded from inside an archive: packagers put it beside. */
const outsideOfArchive = (file: string): string =>
  file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);

/**
 * Only for Linux, and for its GNU C library, there is a lock-down. The binding is a package, or lies beside the build
 * where that was copied without its packages. Needs no build. @param outDir the build's folder
 */
export const bindingFile = (outDir: string): string | null => {
  const { arch, platform } = process;
  if (platform !== 'linux') return null;
  const name = `${platform}_${arch}/koffi.node`;
  const copied = outsideOfArchive(path.join(outDir, 'native', name));
  if (existsSync(copied)) return copied;
  try {
    return outsideOfArchive(
      createRequire(path.join(outDir, 'main', 'index.js')).resolve(
        `@koromix/koffi-${platform}-${arch}/${name}`,
      ),
    );
  } catch {
    return null;
  }
};

const PyodidePackage = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/u) });

const pyodideVersion = (file: string): string => {
  try {
    return PyodidePackage.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
  } catch (cause) {
    throw new InstalledFileError('the version of Pyodide can not be read; install Vivarium again', { cause });
  }
};

/** Where the build and the packages have put what the sandbox needs. @param outDir the build's folder */
export const builtFiles = (outDir: string): BuiltFiles => {
  const utility = (...names: string[]): string => path.join(outDir, 'utility', ...names);
  return {
    sidecar: utility('sidecar.cjs'),
    pyodideVersion: pyodideVersion(utility('pyodide', 'package.json')),
    probeSidecar: utility('probe-sidecar.cjs'),
    snapshots: path.join(outDir, 'snapshots'),
    runtime: {
      manifest: utility('runtime.json'),
      assets: {
        wasm: utility('pyodide', 'pyodide.asm.wasm'),
        stdlib: utility('python_stdlib.zip'),
        worker: utility('worker.cjs'),
        guest: utility('guest.js'),
      },
      lock: utility('pyodide', 'pyodide-lock.json'),
    },
    binding: { manifest: utility('binding.json'), file: bindingFile(outDir) },
  };
};
