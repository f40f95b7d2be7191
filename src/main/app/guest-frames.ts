import type { OutputSize } from '../../shared/ipc/output.ts';

/** Queries about guests' documents that are shown, by their addresses. */
export interface GuestFrames {
  /** Null when there is none, or when it ends before it answers. */
  measure(url: string): Promise<OutputSize | null>;
  /** The drawing in it as a PNG; null as above, or when it is none. */
  picture(url: string): Promise<Uint8Array | null>;
}
