import type { Codec } from './codec.ts';
import type { ProcessGuard } from './process-guard.ts';
import type { ThreadHost } from './thread-host.ts';

/** What the control thread needs of its environment: a Node process, or a page. */
export interface ControlHost {
  readonly threads: ThreadHost;
  readonly codec: Codec;
  readonly guard: ProcessGuard;
}
