/** Evaluated first of all in the guest bundle: what follows finds the globals of a web worker. */
import { DeferredBridge } from './platform/deferred-bridge.ts';
import { sealRealm } from './platform/seal-realm.ts';
import { installWebPlatform } from './platform/web-platform.ts';

sealRealm();

export const bridge = new DeferredBridge();

installWebPlatform(globalThis, bridge);
