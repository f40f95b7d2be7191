import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { projectRoot } from '../shared/project.ts';

/** Makes one script of a driver and all that it uses, beside a package.json, so that Electron takes the folder as an app. */
export const bundleDriver = async (
  name: 'electron-driver' | 'node-driver',
  folder: string,
): Promise<void> => {
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: path.join(projectRoot, 'scripts', 'soak', `${name}.ts`),
      target: 'node20',
      outDir: folder,
      rolldownOptions: {
        external: [/^node:/u, 'electron'],
        output: { format: 'es', entryFileNames: 'main.mjs' },
      },
    },
  });
  await writeFile(path.join(folder, 'package.json'), '{"name":"vivarium-soak","main":"main.mjs"}');
};
