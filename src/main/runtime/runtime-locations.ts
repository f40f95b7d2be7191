import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type { BindingLocations } from './lockdown-binding.ts';
import type { RuntimeLocations } from './runtime-assets.ts';

export interface BuiltFiles {
  /** The sidecar's script. */
  readonly sidecar: string;
  /** The same for the sidecar that probes its own lock-down. */
  readonly probeSidecar: string;
  readonly runtime: RuntimeLocations;
  readonly binding: BindingLocations;
  /** Of the pyodide package. */
  readonly pyodideVersion: string;
}

/** Native code can't be loaded from inside an archive: packagers put it beside. */
const outsideOfArchive = (file: string): string =>
  file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);

/** Only for Linux, and for its GNU C library, there is a lock-down. */
const bindingFile = (resolve: (name: string) => string): string | null => {
  const system = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return null;
  try {
    return outsideOfArchive(
      resolve(`@koromix/koffi-${system}/${process.platform}_${process.arch}/koffi.node`),
    );
  } catch {
    return null;
  }
};

/** Where the build and the packages have put what the sandbox needs. @param outDir the build's folder */
export const builtFiles = (outDir: string): BuiltFiles => {
  const require = createRequire(path.join(outDir, 'main', 'index.js'));
  const { resolve } = require;
  const { version } = require('pyodide/package.json') as { version: string };
  const utility = (name: string): string => path.join(outDir, 'utility', name);
  return {
    sidecar: utility('sidecar.cjs'),
    pyodideVersion: version,
    probeSidecar: utility('probe-sidecar.cjs'),
    runtime: {
      manifest: utility('runtime.json'),
      assets: {
        wasm: resolve('pyodide/pyodide.asm.wasm'),
        stdlib: utility('python_stdlib.zip'),
        lock: resolve('pyodide/pyodide-lock.json'),
        worker: utility('worker.cjs'),
        guest: utility('guest.js'),
      },
    },
    binding: { manifest: utility('binding.json'), file: bindingFile(resolve) },
  };
};
