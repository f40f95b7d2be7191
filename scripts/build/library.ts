import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';
import { elementConstants, elementPlugins } from './library-elements.ts';
import { writeLibraryTypes } from './library-types.ts';

/** Bundled though it is a dependency: it is an ES module only, and the oldest Electron can't `require` those. */
const ESM_ONLY = ['p-queue'];

/** What stays outside of the bundles: dependencies that npm installs beside the package. */
const external = async (root: string): Promise<string[]> => {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.dependencies).filter((name) => !ESM_ONLY.includes(name));
};

/** Builds what the package exports, `out/lib`: each entry as an ES module and as CommonJS, with types for both. */
export function library(root: string): Plugin {
  return {
    name: 'vivarium:library',
    apply: 'build',
    async closeBundle() {
      await build(
        scripts(root, await external(root), {
          main: 'main/library/electron.ts',
          node: 'main/library/node.ts',
          build: 'main/library/copy-assets.ts',
        }),
      );
      await build(pages(root, 'preload', 'preload/library/preload.ts'));
      await build({
        ...pages(root, 'renderer', 'renderer/library/renderer.ts'),
        plugins: elementPlugins(),
        define: elementConstants,
      });
      await build(pages(root, 'registered-preload', 'preload/library/registered-preload.ts', ['cjs']));
      await writeLibraryTypes(root);
    },
  };
}

type Format = 'es' | 'cjs';

const extension = (format: Format): string => (format === 'es' ? 'js' : 'cjs');

const common = (root: string): InlineConfig => ({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
});

const scripts = (
  root: string,
  dependencies: readonly string[],
  entries: Readonly<Record<string, string>>,
): InlineConfig => ({
  ...common(root),
  ssr: { noExternal: true, external: [...dependencies], target: 'node' },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'out/lib',
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(
        Object.entries(entries).map(([name, file]) => [name, path.join(root, 'src', file)]),
      ),
      external: [/^node:/u, 'electron'],
      output: (['es', 'cjs'] as const).map((format) => ({
        format,
        entryFileNames: `[name].${extension(format)}`,
        chunkFileNames: `chunks/[name]-[hash].${extension(format)}`,
      })),
    },
  },
});

/** For renderers: whole in itself, since a sandboxed preload can load no file beside it. */
const pages = (
  root: string,
  name: string,
  entry: string,
  formats: readonly Format[] = ['es', 'cjs'],
): InlineConfig => ({
  ...common(root),
  build: {
    target: 'chrome130',
    outDir: 'out/lib',
    emptyOutDir: false,
    minify: false,
    lib: {
      entry: path.join(root, 'src', entry),
      formats: [...formats],
      fileName: (format) => `${name}.${extension(format as Format)}`,
    },
    rolldownOptions: { external: [/^node:/u, 'electron'] },
  },
});
