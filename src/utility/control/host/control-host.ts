import type { Codec } from './codec.ts';
import type { ProcessGuard } from './process-guard.ts';
import type { ThreadHost } from './thread-host.ts';

/** All that the control thread needs of what it runs in: a process of Node's, or a page. */
export interface ControlHost {
  readonly threads: ThreadHost;
  readonly codec: Codec;
  readonly guard: ProcessGuard;
}
