/**
 * Entry of the guest bundle. The bundle is one expression: evaluated in a bare realm, its value is the guest
 * core, and nothing of it is left on the realm's global object.
 */
import { bridge as deferredBridge } from './globals.ts';
import type { GuestCore } from '../../shared/protocol/guest-bridge.ts';
import { RealmGuestCore } from './guest-core.ts';

const core = new RealmGuestCore(deferredBridge);

/** Plain functions, so that the host never looks a method up on a guest object twice. */
export const guestCore: GuestCore = {
  allocate: (length) => core.allocate(length),
  boot: (bridge, mode, wasm, stdlib, interrupts) => core.boot(bridge, mode, wasm, stdlib, interrupts),
  restore: (header, extension) => core.restore(header, extension),
  addLibrary: (path, module) => core.addLibrary(path, module),
  addPackage: (paths, sizes, firstId) => core.addPackage(paths, sizes, firstId),
  ask: (question, params) => core.ask(question, params),
  takeFile: (path) => core.takeFile(path),
  takeSnapshot: () => core.takeSnapshot(),
  writeFile: (name, bytes, append) => core.writeFile(name, bytes, append),
  readFile: (name, offset, length) => core.readFile(name, offset, length),
  removeFile: (name) => core.removeFile(name),
  installPackage: (paths, sizes, firstId) => core.installPackage(paths, sizes, firstId),
  run: (code, facts, textLimit) => core.run(code, facts, textLimit),
  forgetRuns: () => core.forgetRuns(),
};
