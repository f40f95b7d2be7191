import path from 'node:path';
import { build, type Plugin } from 'vite';

/** Of the frames that draw charts; see src/shared/ipc/chart-frame.ts. */
const LIBRARIES = ['plotly', 'vega'];

/**
 * Builds a script for each library that draws charts, whole in itself: the frame that it is loaded in has no origin, so
 * modules could not be loaded there, and charts that the command line saves have it inside.
 */
export function chartFrames(root: string): Plugin {
  return {
    name: 'vivarium:chart-frames',
    apply: 'build',
    async closeBundle() {
      for (const library of LIBRARIES) await buildFrame(root, library);
    },
  };
}

const buildFrame = async (root: string, library: string): Promise<void> => {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      target: 'chrome130',
      outDir: path.join(root, 'out/frames'),
      emptyOutDir: false,
      lib: {
        entry: path.join(root, `src/renderer/chart-frame/${library}.ts`),
        formats: ['iife'],
        name: 'vivariumChart',
        fileName: () => `${library}.js`,
      },
    },
  });
};
