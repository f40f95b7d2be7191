import { codeFromStringsIsRefused } from '../../../src/shared/code-generation.ts';
import { selfCheck } from '../../../src/shared/protocol/interpreter.ts';
import type { ControlHost } from '../../../src/utility/control/host/control-host.ts';
import type { ProcessGuard } from '../../../src/utility/control/host/process-guard.ts';
import { WebCodec } from './web-codec.ts';
import { WebThreads } from './web-threads.ts';

/** A page is locked down from its start on, by the browser and by its policy. */
const pageGuard: ProcessGuard = {
  check: () => [
    selfCheck(
      'no-code-from-strings',
      'page: no code from strings',
      codeFromStringsIsRefused(Function),
      'its policy allows it',
    ),
    selfCheck(null, 'page: isolated from others', globalThis.crossOriginIsolated, 'it shares its process'),
  ],
  lockDown: () => ({ checks: [], layers: [] }),
};

/** This page. */
export const webControlHost = (): ControlHost => ({
  threads: new WebThreads(),
  codec: new WebCodec(),
  guard: pageGuard,
});
