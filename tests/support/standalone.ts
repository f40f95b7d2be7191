import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { onTestFinished } from 'vitest';

/**
 * A script in TypeScript as one file that Node runs by itself: with no loader, whose threads and late reads a sidecar
 * does not have either.
 *
 * @returns path of the file, which is gone when the test is over
 */
export const standalone = async (entry: string): Promise<string> => {
  const outDir = mkdtempSync(path.join(tmpdir(), 'vivarium-standalone-'));
  onTestFinished(() => rmSync(outDir, { recursive: true }));
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: entry,
      target: 'node20',
      outDir,
      minify: false,
      rolldownOptions: {
        external: [/^node:/u],
        output: { format: 'cjs', entryFileNames: 'script.cjs', codeSplitting: false },
      },
    },
  });
  return path.join(outDir, 'script.cjs');
};
