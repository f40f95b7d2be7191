import { createRequire } from 'node:module';
import path from 'node:path';
import type { RuntimeLocations } from './sandbox/runtime-assets.ts';

export interface BuiltFiles {
  /** The sidecar's script. */
  readonly sidecar: string;
  readonly runtime: RuntimeLocations;
  /** Of the pyodide package. */
  readonly pyodideVersion: string;
}

/** Where the build and the pyodide package have put what the sandbox needs. @param outDir the build's folder */
export const builtFiles = (outDir: string): BuiltFiles => {
  const require = createRequire(path.join(outDir, 'main', 'index.js'));
  const { resolve } = require;
  const { version } = require('pyodide/package.json') as { version: string };
  const utility = (name: string): string => path.join(outDir, 'utility', name);
  return {
    sidecar: utility('sidecar.cjs'),
    pyodideVersion: version,
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
  };
};
