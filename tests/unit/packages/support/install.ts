/**
 * A process of its own that installs packages: `install.ts DATA LOCK MIRROR NAME…`. Prints one line of JSON: the
 * names, each with the hash of the bytes that were read back, or the code of the error.
 */
import { readFileSync } from 'node:fs';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { nodeTransport } from '../../../../src/main/packages/http/node-transport.ts';
import { openPackages } from '../../../../src/main/packages/open-packages.ts';
import { PackageError } from '../../../../src/main/packages/package-error.ts';
import { sha256Of } from '../../../../src/main/packages/store/verified-file.ts';

const [dataFolder = '', lockFile = '', mirror = '', ...names] = process.argv.slice(2);
const { service } = openPackages({
  dataFolder,
  pyodideVersion: '314.0.3',
  lock: PackageLock.parse(readFileSync(lockFile, 'utf8')),
  settings: { autoInstall: true, mirror, allow: [] },
  transport: nodeTransport(),
  official: false,
});
try {
  const installed: Record<string, string> = {};
  for (const wheel of await service.ensure(names, { askedBy: 'user' })) {
    installed[wheel.name] = sha256Of(await service.read(wheel));
  }
  process.stdout.write(`${JSON.stringify({ installed })}\n`);
} catch (error) {
  const code = error instanceof PackageError ? error.code : String(error);
  process.stdout.write(`${JSON.stringify({ code, message: String(error) })}\n`);
}
process.exit(0);
