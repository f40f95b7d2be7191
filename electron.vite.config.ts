import path from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import { chartFrames } from './scripts/build/chart-frames.ts';
import { library } from './scripts/build/library.ts';
import { standaloneScripts } from './scripts/build/standalone-scripts.ts';

const root = import.meta.dirname;
const source = (file: string): string => path.join(root, 'src', file);

/** Chosen so that the output runs on every Electron the README names, not only on the installed one. */
const NODE_TARGET = 'node20';

export default defineConfig({
  main: {
    plugins: [standaloneScripts(root), library(root)],
    build: {
      target: NODE_TARGET,
      outDir: 'out/main',
      minify: false,
      rolldownOptions: {
        input: {
          index: source('main/index.ts'),
          cli: source('main/cli/bin.ts'),
          program: source('main/cli/main.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: NODE_TARGET,
      outDir: 'out/preload',
      rolldownOptions: {
        input: { index: source('preload/index.ts') },
        // A sandboxed preload is CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: source('renderer'),
    plugins: [vue(), chartFrames(root)],
    // Everything is a component with a template that is compiled here: the page may not make code from text.
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
    build: {
      target: 'chrome130',
      outDir: path.join(root, 'out/renderer'),
      // The page's policy takes fonts from files only.
      assetsInlineLimit: 0,
      rolldownOptions: { input: source('renderer/index.html') },
    },
  },
});
