import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import MagicString from 'magic-string';
import { build, type InlineConfig, type Plugin } from 'vite';
import { compiledPython } from './compiled-python.ts';
import { buildStandardLibrary } from './standard-library.ts';

/**
 * Builds the scripts that must be whole in themselves, without chunks or packages beside them: the
 * sidecar (it may open no file once it is locked down), its double that probes the lock-down, its worker (started from source in memory) and the
 * guest bundle (evaluated in a bare realm). Then writes down the hashes of all that the sidecar is fed.
 */
export function standaloneScripts(root: string): Plugin {
  return {
    name: 'vivarium:standalone-scripts',
    apply: 'build',
    async closeBundle() {
      const outDir = path.join(root, 'out', 'utility');
      await mkdir(outDir, { recursive: true });
      await build(nodeScript(root, 'src/utility/index.ts', 'sidecar.cjs'));
      await build(nodeScript(root, 'src/utility/probe-sidecar.ts', 'probe-sidecar.cjs'));
      await build(nodeScript(root, 'src/utility/worker/index.ts', 'worker.cjs'));
      await build(guestScript(root));
      await buildStandardLibrary(root, path.join(outDir, 'python_stdlib.zip'));
      await copyPyodide(root, path.join(outDir, 'pyodide'));
      await writeRuntimeManifest(outDir);
      await writeBindingManifest(root, outDir);
    },
  };
}

const common = (root: string): InlineConfig => ({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
});

const nodeScript = (root: string, entry: string, fileName: string): InlineConfig => ({
  ...common(root),
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: entry,
    target: 'node20',
    outDir: 'out/utility',
    emptyOutDir: false,
    minify: false,
    rolldownOptions: {
      external: [/^node:/u, 'electron'],
      output: {
        format: 'cjs',
        entryFileNames: fileName,
        codeSplitting: false,
        // A worker started from source runs it as a global script, whose variables would be global.
        banner: "(() => {\n'use strict';",
        footer: '})();',
      },
    },
  },
});

const guestScript = (root: string): InlineConfig => ({
  ...common(root),
  plugins: [bareRealm(root), compiledPython(root)],
  build: {
    target: 'es2022',
    outDir: 'out/utility',
    emptyOutDir: false,
    minify: false,
    lib: {
      entry: 'src/utility/realm/index.ts',
      formats: ['iife'],
      name: 'vivariumGuest',
      fileName: () => 'guest.js',
    },
  },
});

interface Node {
  type: string;
  start: number;
  end: number;
}

const nameOf = (node: unknown): unknown =>
  typeof node === 'object' && node !== null && 'name' in node ? node.name : undefined;

/** Of what a shared library tells the linker, in bytes: many times as much as any has. */
const MAX_LIBRARY_HEAD = 4 * 1024 * 1024;

/** Where the linker makes an entry of the global offset table for a symbol that is not resolved yet. */
const NEW_ADDRESS = /^GOT\[(\w+)\]\s*=\s*(new WebAssembly\.Global\(\{[^{}]*\},\s*-1\))$/u;

const SETS_PROTOTYPE = /^(?:Object|Reflect)\.setPrototypeOf$/u;

/** Every node of a syntax tree. */
function* nodesOf(value: unknown): Generator<Node & Record<string, unknown>> {
  if (Array.isArray(value)) {
    for (const element of value) yield* nodesOf(element);
  } else if (typeof value === 'object' && value !== null) {
    if ('type' in value && 'start' in value) yield value as Node & Record<string, unknown>;
    for (const child of Object.values(value)) if (typeof child === 'object') yield* nodesOf(child);
  }
}

/** Functions of `unresolved-symbols.ts`. */
const LINKER_PARTS = new Set(['noteUnresolved', 'unresolvedSymbols']);

/** What stands in the place of a part of Emscripten's linker, and the function in it; null for all others. */
function replacementInLinker(
  node: Node & Record<string, unknown>,
  code: string,
): { name: string; code: string } | null {
  const text = code.slice(node.start, node.end);
  if (node.type === 'CallExpression' && text === 'Object.entries(GOT)')
    return { name: 'unresolvedSymbols', code: 'unresolvedSymbols()' };
  if (node.type !== 'AssignmentExpression') return null;
  const [, symbol, address] = NEW_ADDRESS.exec(text) ?? [];
  if (symbol === undefined || address === undefined) return null;
  return { name: 'noteUnresolved', code: `GOT[${symbol}] = noteUnresolved(${symbol}, ${address})` };
}

/**
 * Takes out of the bundle what does not belong into a bare realm. `import()` in a vm script rejects with an
 * error of the host's realm, from which a guest could climb out; so none may remain, in code or in text. Emscripten's
 * linker would evaluate JavaScript that stands in a shared library: it has no `eval`. What changes prototypes is taken from the realm: Pyodide gets a function captured before.
 */
function bareRealm(root: string): Plugin {
  const inRealm = (name: string): string => JSON.stringify(path.join(root, 'src/utility/realm', name));
  return {
    name: 'vivarium:bare-realm',
    enforce: 'pre',
    transform(code, id) {
      if (!/[\\/]pyodide[\\/][^\\/]+\.mjs$/u.test(id)) return null;
      const text = new MagicString(code);
      const isLinker = id.endsWith('pyodide.asm.mjs');
      let bounded = !isLinker;
      const replaced = new Set<string>();
      for (const node of nodesOf(this.parse(code))) {
        const replacement = isLinker ? replacementInLinker(node, code) : null;
        if (replacement !== null) {
          text.update(node.start, node.end, replacement.code);
          replaced.add(replacement.name);
        }
        if (node.type === 'ImportExpression') {
          const argument = node['source'] as Node;
          text.overwrite(node.start, argument.start, 'vivariumNoImport(');
        } else if (node.type === 'CallExpression' && nameOf(node['callee']) === 'eval') {
          const callee = node['callee'] as Node;
          text.overwrite(callee.start, callee.end, 'vivariumNoEval');
        } else if (node.type === 'FunctionDeclaration' && nameOf(node['id']) === 'getLEB') {
          // Reads past the end would go on, and a file of zeros is a list of as many empty names: a shared library could
          // have a list of any length in its head, which nothing else may come before.
          const body = node['body'] as Node;
          text.appendRight(
            body.start + 1,
            `if (offset >= Math.min(binary.length, ${String(MAX_LIBRARY_HEAD)})) throw new Error("damaged library");`,
          );
          bounded = true;
        } else if (node.type === 'MetaProperty') {
          text.overwrite(node.start, node.end, '({ url: "file:///pyodide/pyodide.asm.mjs" })');
        } else if (
          node.type === 'MemberExpression' &&
          SETS_PROTOTYPE.test(code.slice(node.start, node.end))
        ) {
          text.overwrite(node.start, node.end, 'vivariumSetPrototypeOf');
        }
      }
      if (!bounded) this.error('the reader of shared libraries is not the one that is known');
      if (isLinker && replaced.size < LINKER_PARTS.size)
        this.error('the linker is not the one that is known');
      text.prepend(
        `import { setPrototypeOf as vivariumSetPrototypeOf } from ${inRealm('platform/seal-realm.ts')};\n`,
      );
      if (isLinker)
        text.prepend(
          `import { ${[...LINKER_PARTS].join(', ')} } from ${inRealm('pyodide-314/unresolved-symbols.ts')};\n`,
        );
      text.append('\nfunction vivariumNoImport() { throw new Error("no modules can be loaded here") }\n');
      text.append('\nfunction vivariumNoEval() { throw new Error("no JavaScript can be evaluated here") }\n');
      return { code: text.toString(), map: null };
    },
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        if (/\bimport\s*\(|\bimport\.meta\b/u.test(output.code))
          this.error('the guest bundle contains import()');
        // By the syntax: our Python, which is text in it, has a function of that name.
        for (const node of nodesOf(this.parse(output.code))) {
          if (node.type === 'CallExpression' && nameOf(node['callee']) === 'eval')
            this.error('the guest bundle contains eval()');
        }
        if (/\.\s*(?:setPrototypeOf\s*\(|__proto__\b)/u.test(output.code))
          this.error('the guest bundle uses what is taken from its realm');
        // One expression whose value is the exports: the realm's global object stays clean.
        output.code = `(() => {\n${output.code}\nreturn vivariumGuest.guestCore;\n})()\n`;
      }
    },
  };
}

/**
 * What of Pyodide is fed to the sidecar as it is. A copy, so that the folder is all that a sandbox needs: wherever it
 * is put, beside a bundle or in an archive, nothing has to be looked for in `node_modules`.
 */
async function copyPyodide(root: string, target: string): Promise<void> {
  const require = createRequire(path.join(root, 'package.json'));
  await mkdir(target, { recursive: true });
  for (const name of ['pyodide.asm.wasm', 'pyodide-lock.json']) {
    await copyFile(require.resolve(`pyodide/${name}`), path.join(target, name));
  }
  const { name, version, license } = require('pyodide/package.json') as Record<string, string>;
  await writeFile(
    path.join(target, 'package.json'),
    `${JSON.stringify({ name, version, license, private: true }, null, 2)}\n`,
  );
}

/** What main feeds the sidecar, by asset name; see src/main/runtime/runtime-assets.ts. */
async function writeRuntimeManifest(outDir: string): Promise<void> {
  const files = {
    wasm: path.join(outDir, 'pyodide', 'pyodide.asm.wasm'),
    stdlib: path.join(outDir, 'python_stdlib.zip'),
    lock: path.join(outDir, 'pyodide', 'pyodide-lock.json'),
    worker: path.join(outDir, 'worker.cjs'),
    guest: path.join(outDir, 'guest.js'),
  };
  const manifest: Record<string, { sha256: string; bytes: number }> = {};
  for (const [name, file] of Object.entries(files)) {
    const bytes = await readFile(file);
    manifest[name] = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
  }
  await writeFile(path.join(outDir, 'runtime.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Systems that the sidecar can be locked down on; see src/main/runtime/lockdown-binding.ts. */
const LOCKDOWN_SYSTEMS = ['x64', 'arm64'];

/** npm installs the binding of this computer's system only: elsewhere the build is to be made anew. */
async function writeBindingManifest(root: string, outDir: string): Promise<void> {
  const manifest: Record<string, { sha256: string }> = {};
  for (const arch of LOCKDOWN_SYSTEMS) {
    const file = path.join(root, `node_modules/@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);
    if (!existsSync(file)) continue;
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    manifest[`linux-${arch}`] = { sha256 };
  }
  await writeFile(path.join(outDir, 'binding.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
