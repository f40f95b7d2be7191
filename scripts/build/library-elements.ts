/** What the elements of `vivarium/renderer` are built with. */
import vue from '@vitejs/plugin-vue';
import type { Plugin } from 'vite';

/** Stands for the styles in src/renderer/library/styles.ts. */
const STYLES = 'VIVARIUM_LIBRARY_STYLES';

/** Parts of the locales that the elements have texts of. */
const TEXTS = ['common', 'errors', 'packages', 'questions', 'settings'];

export const elementPlugins = (): Plugin[] => [vue(), ownTexts(), stylesInside()];

/** There is nobody else to replace these in a page without a bundler. */
export const elementConstants: Readonly<Record<string, string>> = {
  'process.env.NODE_ENV': '"production"',
  __VUE_OPTIONS_API__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
};

/** Leaves out the texts of the window's other places. */
const ownTexts = (): Plugin => ({
  name: 'vivarium:own-texts',
  enforce: 'pre',
  transform(code, id) {
    if (!/[\\/]locales[\\/][a-z]+\.json$/u.test(id)) return null;
    const all = JSON.parse(code) as Readonly<Record<string, unknown>>;
    return { code: JSON.stringify(Object.fromEntries(TEXTS.map((part) => [part, all[part]]))), map: null };
  },
});

/** Puts all styles into the script as one text, for a sheet in the shadow root: there is no file of styles. */
const stylesInside = (): Plugin => ({
  name: 'vivarium:styles-inside',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const sheets: string[] = [];
    for (const [name, file] of Object.entries(bundle)) {
      if (file.type !== 'asset' || !name.endsWith('.css')) continue;
      sheets.push(file.source.toString());
      Reflect.deleteProperty(bundle, name);
    }
    let places = 0;
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk') continue;
      file.code = file.code.replaceAll(STYLES, () => {
        places += 1;
        return JSON.stringify(sheets.join('\n'));
      });
    }
    if (sheets.length === 0 || places !== 1) {
      this.error(`${sheets.length} sheets of styles for ${places} places; there must be some, for one place`);
    }
  },
});
