import path from 'node:path';

/** Vivarium stays outside of main's bundle, where it finds its files; the page's part of it is bundled. */
export default {
  main: { build: { rolldownOptions: { external: ['vivarium/main'] } } },
  renderer: {
    // Vite's own styles, too, are files: the page's policy allows no others.
    build: { rolldownOptions: { input: path.join(import.meta.dirname, 'src/renderer/index.html') } },
  },
};
