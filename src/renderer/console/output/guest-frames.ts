import type { OutputApi } from '../../../shared/ipc/api.ts';
import type { Answer } from '../../../shared/ipc/answer.ts';
import { CHART_LIBRARIES, type ChartLibrary } from '../../../shared/contract/charts.ts';
import { chartAddress } from '../../../shared/ipc/chart-frame.ts';
import type { OutputEnd, OutputSize } from '../../../shared/ipc/output.ts';
import { FrameSlots } from '../model/frame-slots.ts';

export type GuestDocumentKind = 'html' | 'drawing' | ChartLibrary;

export const isChart = (kind: GuestDocumentKind): kind is ChartLibrary =>
  CHART_LIBRARIES.some((library) => library === kind);

export interface GuestDocument {
  readonly url: string;
  /** What it says of itself, if that is known before it is shown. */
  readonly size: OutputSize | null;
}

/** Frames at once. */
const MAX_FRAMES = 12;

/** Guests' documents that the page shows in frames. */
export class GuestFrames {
  readonly slots = new FrameSlots(MAX_FRAMES);
  readonly #api: OutputApi;
  readonly #listeners = new Map<string, (reason: OutputEnd) => void>();

  constructor(api: OutputApi) {
    this.#api = api;
    api.onEnded(({ reason, url }) => this.#listeners.get(url)?.(reason));
  }

  /** @param onEnded told when its process has ended, unless it was forgotten before */
  async open(
    kind: GuestDocumentKind,
    markup: string,
    onEnded: (reason: OutputEnd) => void,
  ): Promise<Answer<GuestDocument>> {
    const answer = await this.#ask(kind, markup);
    if (answer.ok) this.#listeners.set(answer.value.url, onEnded);
    return answer;
  }

  /** Its frame has to be gone by then, or to go. */
  forget(url: string): void {
    this.#listeners.delete(url);
    void this.#api.forget(url);
  }

  /** Null when it does not say. */
  async measure(url: string): Promise<OutputSize | null> {
    const answer = await this.#api.measure(url);
    return answer.ok ? answer.value : null;
  }

  /** A drawing as a PNG; null when it can't be had. */
  async picture(url: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const answer = await this.#api.picture(url);
    return answer.ok && answer.value !== null ? new Uint8Array(answer.value) : null;
  }

  async #ask(kind: GuestDocumentKind, markup: string): Promise<Answer<GuestDocument>> {
    // A page of the app's own, which is handed what it draws when it is there.
    if (isChart(kind))
      return { ok: true, value: { url: chartAddress(crypto.randomUUID(), kind), size: null } };
    if (kind === 'drawing') return this.#api.showDrawing(markup);
    const answer = await this.#api.show(markup);
    return answer.ok ? { ok: true, value: { url: answer.value.url, size: null } } : answer;
  }
}
