/** Evaluated first of all in the guest bundle: what follows finds the globals of a web worker. */
import { CrashReport } from './pyodide-314/crash-report.ts';
import { DeferredBridge } from './platform/deferred-bridge.ts';
import { sealRealm } from './platform/seal-realm.ts';
import { Timers } from './platform/timers.ts';
import { installWebPlatform } from './platform/web-platform.ts';

sealRealm();

export const realm = globalThis as unknown as Record<string, unknown>;
export const bridge = new DeferredBridge();
export const timers = new Timers(bridge);
export const crashReport = new CrashReport();

installWebPlatform(realm, bridge, timers, (message) => crashReport.onConsoleError(message));
