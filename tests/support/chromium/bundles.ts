import path from 'node:path';
import { build, type Plugin } from 'vite';
import { PROJECT_ROOT } from '../electron-sandbox.ts';

const HERE = path.join(PROJECT_ROOT, 'tests', 'support', 'chromium');

/** What imports Node's modules would not run in a browser. */
const withoutNode: Plugin = {
  name: 'vivarium:without-node',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id.startsWith('node:')) this.error(`${id}, imported by ${importer ?? ''}, is not there in a browser`);
    return null;
  },
};

/** @param entry a file of this folder. @returns one script, whole in itself */
export const bundleForBrowser = async (entry: string): Promise<string> => {
  const built = await build({
    root: PROJECT_ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // Of zip.js, which would look there for workers of its own.
    define: { 'import.meta.url': '""' },
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
