import path from 'node:path';
import { build, type Plugin } from 'vite';
import { PROJECT_ROOT } from '../electron-sandbox.ts';

const HERE = path.join(PROJECT_ROOT, 'tests', 'support', 'chromium');

/** What stands in for Node's modules. Any other one is an error: that code would not run in a browser. */
const IN_A_BROWSER: Readonly<Record<string, string>> = {
  'node:worker_threads': 'worker-threads.ts',
  'node:timers/promises': 'timers-promises.ts',
};

const withoutNode: Plugin = {
  name: 'vivarium:without-node',
  enforce: 'pre',
  resolveId(id, importer) {
    if (!id.startsWith('node:')) return null;
    const file = IN_A_BROWSER[id];
    if (file === undefined) this.error(`${id}, imported by ${importer ?? ''}, is not there in a browser`);
    return path.join(HERE, file);
  },
};

/** @param entry a file of this folder. @returns one script, whole in itself */
export const bundleForBrowser = async (entry: string): Promise<string> => {
  const built = await build({
    root: PROJECT_ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [withoutNode],
    build: {
      write: false,
      target: 'es2023',
      minify: false,
      lib: {
        entry: path.join(HERE, entry),
        formats: ['iife'],
        name: 'vivariumTest',
        fileName: () => 'script.js',
      },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const chunk = outputs.find((output) => output.type === 'chunk');
  if (chunk === undefined) throw new Error(`${entry} gave no script`);
  return chunk.code;
};
