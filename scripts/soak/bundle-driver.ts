import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { projectRoot } from '../shared/project.ts';

interface Script {
  /** Below this folder. */
  readonly source: string;
  readonly file: string;
  readonly format: 'es' | 'cjs';
}

/** Makes one script of a module and all that it uses, and leaves what is in the folder. */
const bundle = async ({ file, format, source }: Script, folder: string): Promise<string> => {
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: path.join(projectRoot, 'scripts', 'soak', source),
      target: 'node20',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        external: [/^node:/u, 'electron'],
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
  });
  return path.join(folder, file);
};

/** A driver, beside a package.json, so that Electron takes the folder as an app. */
export const bundleDriver = async (
  name: 'electron-driver' | 'node-driver',
  folder: string,
): Promise<void> => {
  await bundle({ source: `${name}.ts`, file: 'main.mjs', format: 'es' }, folder);
  await writeFile(path.join(folder, 'package.json'), '{"name":"vivarium-soak","main":"main.mjs"}');
};

/** The sidecar whose threads are ended. */
export const bundleSidecar = (folder: string): Promise<string> =>
  bundle(
    { source: path.join('ended-threads', 'sidecar.ts'), file: 'ended-threads.cjs', format: 'cjs' },
    folder,
  );
