/**
 * Lint rules. Beside the usual ones they keep the layers: which folder may import which is part of the
 * sandbox's safety, so it is checked and not merely agreed on. tests/integration/lint/layers.test.ts proves it.
 */
import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import vue from 'eslint-plugin-vue';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { layers } from './eslint.layers.js';

const root = import.meta.dirname;

/** `node:fs` as well as `fs` and `fs/promises`. */
const nodeBuiltins = {
  group: ['node:*', ...builtinModules.filter((name) => !name.startsWith('_')).map((name) => `/${name}`)],
  message: 'This layer runs where Node is absent or must not be reached.',
};
const electron = {
  group: ['electron', 'electron/*'],
  message: 'Only *electron*-named files, src/main/index.ts and src/main/window/ touch Electron.',
};
const nodeControl = {
  group: ['**/control/node/*', './node/*', '../node/*'],
  message:
    'The control thread knows the ports in control/host; src/utility/index.ts gives it what implements them.',
};
/** import('node:fs') escapes no-restricted-imports. */
const dynamicHostImport = {
  selector: 'ImportExpression[source.value=/^(node:|electron(\\u002f|$))/]',
  message: 'This layer runs where Node is absent or must not be reached.',
};
/** What is not the one runtime need not be the other: src/shared/runtimes.ts says in what they differ. */
const oneRuntime = {
  selector: 'BinaryExpression[operator=/^[!=]=/] > Literal[value=/^(embedded|native)$/]',
  message: 'Ask the table of src/shared/runtimes.ts, or switch over all runtimes.',
};
const hostGlobals = ['process', 'require', 'module', 'Buffer', 'global', '__dirname', '__filename'];

export default defineConfig(
  globalIgnores(['out/', 'dist/', 'node_modules/', '.cache/', 'test-results/', 'coverage/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [
      eslint.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    plugins: { 'import-x': importX },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: root, extraFileExtensions: ['.vue'] },
    },
    settings: {
      'import-x/extensions': ['.ts', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: `${root}/tsconfig.node.json`,
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: root, zones: layers }],
      'import-x/no-cycle': 'error',
      'import-x/no-duplicates': 'error',
      'import-x/no-self-import': 'error',

      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-shadow': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The schema and the type made from it share a name: `RunResult`.
      '@typescript-eslint/no-redeclare': 'off',

      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'off',
      'no-new-func': 'error',
      'no-param-reassign': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    extends: [vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The compiler and prettier see to these.
      'no-undef': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      // What a guest wrote never becomes markup of the page.
      'vue/no-v-html': 'error',
      // The page's policy refuses styles in the markup; bound ones are set through the object model.
      'vue/no-static-inline-styles': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/require-default-prop': 'off',
      'vue/no-unused-refs': 'error',
    },
  },
  {
    files: ['src/shared/**/*.ts', 'src/renderer/**/*.ts', 'src/renderer/**/*.vue'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [nodeBuiltins, electron] }],
      'no-restricted-syntax': ['error', dynamicHostImport, oneRuntime],
      'no-restricted-globals': ['error', ...hostGlobals],
    },
  },
  {
    files: ['src/utility/realm/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [nodeBuiltins, electron] }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression',
          message: 'The guest bundle must not contain import(): the guest could reach it.',
        },
      ],
      'no-restricted-globals': ['error', ...hostGlobals],
    },
  },
  {
    files: ['src/main/**/*.ts', 'src/preload/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', oneRuntime] },
  },
  {
    files: ['src/renderer/**/*.vue'],
    rules: { 'vue/no-restricted-syntax': ['error', oneRuntime] },
  },
  {
    // It runs in a page, too.
    files: ['src/utility/control/**/*.ts'],
    ignores: ['src/utility/control/node/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [nodeBuiltins, electron, nodeControl] }],
      'no-restricted-syntax': ['error', dynamicHostImport],
      'no-restricted-globals': ['error', ...hostGlobals],
    },
  },
  {
    files: ['src/main/**/*.ts'],
    ignores: ['src/main/**/*electron*.ts', 'src/main/index.ts', 'src/main/window/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [electron] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression[source.value=/^electron(\\u002f|$)/]', message: electron.message },
        oneRuntime,
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.vue'],
    plugins: { regexp },
    rules: {
      // Foreign text must not stall whoever reads it: see src/main/foreign-text and tests/unit/foreign-text.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      // Output goes through the streams a component was given.
      'no-console': 'error',
    },
  },
  {
    files: ['tests/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      // Test doubles and short callbacks have to fit promise-returning interfaces.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [eslint.configs.recommended],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['examples/embed-*/page.js', 'examples/embed-*/src/page.js', 'examples/embed-*/src/renderer/*.js'],
    languageOptions: { globals: { window: 'readonly', document: 'readonly' } },
  },
  {
    // Forge's plugin makes CommonJS of it, and puts the names of the window in.
    files: ['examples/embed-forge/src/main.js'],
    languageOptions: {
      globals: {
        __dirname: 'readonly',
        MAIN_WINDOW_VITE_DEV_SERVER_URL: 'readonly',
        MAIN_WINDOW_VITE_NAME: 'readonly',
      },
    },
  },
  {
    files: ['examples/embed-cjs/{main,preload}.js'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly' } },
  },
);
