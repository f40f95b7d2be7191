// What `electron <app folder or file>` does, for an Electron whose maker replaced Electron's own default app.
import { app } from 'electron';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

const { preloads, target } = parse(process.argv.slice(1));
if (target === undefined) {
  console.error('Name the folder or the file of the app: electron [--require FILE]… APP');
  process.exit(1);
}
// Playwright hooks into the start by a module that has to run before the app does.
for (const file of preloads) require(path.resolve(file));
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
try {
  await load(path.resolve(target));
} catch (error) {
  // Electron would show a window with the error; without a display nobody could close it.
  console.error(error);
  process.exit(1);
}

/** @param {string[]} args */
function parse(args) {
  const preloads = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--version' || arg === '-v') {
      console.log(`v${process.versions.electron}`);
      process.exit(0);
    } else if (arg === '--require' || arg === '-r') {
      index += 1;
      preloads.push(args[index] ?? '');
    } else if (!arg.startsWith('-')) {
      return { preloads, target: arg };
    }
  }
  return { preloads, target: undefined };
}

/** @param {string} target */
async function load(target) {
  const manifest = path.join(target, 'package.json');
  const isFolder = existsSync(manifest);
  if (isFolder) describeApp(JSON.parse(readFileSync(manifest, 'utf8')));
  // Resolving follows package.json's "main" and adds missing extensions; import() takes ESM and CommonJS.
  const main = require.resolve(target);
  app.setAppPath(isFolder ? target : path.dirname(main));
  await import(pathToFileURL(main).href);
}

/** @param {{ name?: string, productName?: string, version?: string, desktopName?: string }} about */
function describeApp(about) {
  const name = about.productName ?? about.name;
  if (name !== undefined) app.setName(name);
  if (about.version !== undefined) app.setVersion(about.version);
  if (process.platform === 'linux') app.setDesktopName(about.desktopName ?? `${app.getName()}.desktop`);
}
