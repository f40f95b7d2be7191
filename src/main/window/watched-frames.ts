/** Monitors the frames that show guests' documents: one process each, under limits. Killing it affects that frame alone. */
import process from 'node:process';
import { app, MessageChannelMain, type ProcessMetric, type WebContents, type WebFrameMain } from 'electron';
import { z } from 'zod';
import type { OutputEnd, OutputEnded, OutputSize } from '../../shared/ipc/output.ts';
import { FRAME_CHANNEL, type FrameQuestion } from '../../shared/ipc/frame.ts';
import type { GuestFrames } from '../app/guest-frames.ts';
import { identify, killProcess, type ProcessIdentity } from '../base/process-table.ts';
import { FRAME_LIMITS, FrameHealth, largestOfTooMany, type FrameSample } from './frame-health.ts';
import { chartAt, isOutputDocument, withoutQuery } from '../app/page-address.ts';

/** While there are such frames, in ms. */
const LOOK_EVERY_MS = 250;
/** How long the page may take to remove a frame whose process is halted, before that is killed, in ms. */
const REMOVAL_MS = 1000;
/** Interval of the checks whether a frame still responds, in ms. */
const ASK_EVERY_MS = 2000;
/** Longest picture, as base64: no more than a saved file may have. */
const MAX_PICTURE_LENGTH = 128 * 1024 * 1024;
const PNG = 'data:image/png;base64,';

const Size = z.object({ width: z.number().nonnegative(), height: z.number().nonnegative() });
const Picture = z.string().startsWith(PNG).max(MAX_PICTURE_LENGTH);

interface Watched {
  readonly url: string;
  readonly pid: number;
  readonly health: FrameHealth;
  askedAt: number;
  /** The page was notified, and is to remove the frame. */
  ended: boolean;
}

/** A process that takes no processor any more. It can't end by itself: Chromium may forget it, but it stays. */
interface Halted {
  readonly identity: ProcessIdentity;
  readonly at: number;
}

/** Metrics of a frame's process; null when the process is gone. */
type Seen = { readonly url: string; readonly pid: number } | null;

const look = (frame: WebFrameMain): Seen => {
  try {
    const { osProcessId, url } = frame;
    return osProcessId > 0 ? { url: withoutQuery(url), pid: osProcessId } : null;
  } catch {
    // Electron throws for frames whose process is gone.
    return null;
  }
};

export class WatchedFrames implements GuestFrames {
  readonly #onEnded: (ended: OutputEnded) => void;
  /** By the frames' places in the page. */
  readonly #watched = new Map<number, Watched>();
  readonly #halted = new Map<number, Halted>();
  #contents: WebContents | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(onEnded: (ended: OutputEnded) => void) {
    this.#onEnded = onEnded;
  }

  /** From now on the frames of these contents are watched. */
  watch(contents: WebContents): void {
    this.#contents = contents;
    contents.on('did-frame-navigate', (_event, url) => {
      if (isOutputDocument(url)) this.#look();
    });
    contents.once('destroyed', () => {
      this.#contents = null;
      this.#rest();
    });
  }

  async measure(url: string): Promise<OutputSize | null> {
    return Size.safeParse(await this.#ask(url, 'size')).data ?? null;
  }

  async picture(url: string): Promise<Uint8Array | null> {
    const { data } = Picture.safeParse(await this.#ask(url, 'picture'));
    return data === undefined ? null : Uint8Array.from(Buffer.from(data.slice(PNG.length), 'base64'));
  }

  /** Asks the preload in that frame; null when there is none, or it ends before it answers. */
  #ask(url: string, question: FrameQuestion): Promise<unknown> {
    const frame = framesOf(this.#contents).find((candidate) => look(candidate)?.url === url);
    if (frame === undefined || !isOutputDocument(url)) return Promise.resolve(null);
    const { port1, port2 } = new MessageChannelMain();
    return new Promise((resolve) => {
      port1.once('message', ({ data }) => {
        resolve(data);
        port1.close();
      });
      port1.once('close', () => resolve(null));
      port1.start();
      frame.postMessage(FRAME_CHANNEL, question, [port2]);
    });
  }

  #look(): void {
    const contents = this.#contents;
    if (contents === null) return;
    const seen = new Map(framesOf(contents).map((frame) => [frame.frameTreeNodeId, look(frame)]));
    const page = seen.get(contents.mainFrame.frameTreeNodeId);
    const others = new Set(
      [...seen.values()].filter((frame) => !isOutputDocument(frame?.url ?? '')).map((frame) => frame?.pid),
    );
    const metrics = new Map(app.getAppMetrics().map((metric) => [metric.pid, metric]));
    const now = performance.now();
    // Frames that the page removed are forgotten.
    for (const id of this.#watched.keys()) if (!seen.has(id)) this.#watched.delete(id);
    for (const [id, frame] of seen) this.#note(id, frame, page?.pid);
    this.#judgeAll(now, metrics, others);
    this.#killHalted(now, new Set([...seen.values()].map((frame) => frame?.pid)));
    if (this.#watched.size === 0 && this.#halted.size === 0) this.#rest();
    else this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  #note(id: number, frame: Seen, pagePid: number | undefined): void {
    const known = this.#watched.get(id);
    if (frame === null) {
      if (known?.ended === false) this.#end(known, 'crashed');
      return;
    }
    if (!isOutputDocument(frame.url)) {
      this.#watched.delete(id);
      return;
    }
    if (known?.url === frame.url && known.pid === frame.pid) return;
    const workMs = chartAt(frame.url) === null ? FRAME_LIMITS.workMs : FRAME_LIMITS.chartWorkMs;
    const watched = { ...frame, health: new FrameHealth(workMs), askedAt: 0, ended: false };
    this.#watched.set(id, watched);
    if (frame.pid === pagePid) this.#end(watched, 'not-isolated');
  }

  /** @param others processes that hold something else than guests' documents */
  #judgeAll(
    at: number,
    metrics: ReadonlyMap<number, ProcessMetric>,
    others: ReadonlySet<number | undefined>,
  ): void {
    const samples: { watched: Watched; sample: FrameSample }[] = [];
    for (const watched of this.#watched.values()) {
      const metric = metrics.get(watched.pid);
      if (metric === undefined || watched.ended) continue;
      const sample = {
        at,
        workMs: (metric.cpu.cumulativeCPUUsage ?? 0) * 1000,
        memoryBytes: metric.memory.workingSetSize * 1024,
      };
      samples.push({ watched, sample });
    }
    const tooMuch = largestOfTooMany(samples.map(({ sample }) => sample));
    for (const { sample, watched } of samples) {
      const fault = watched.health.judge(sample) ?? (sample === tooMuch ? 'memory' : null);
      if (fault === null) this.#askIfDue(watched, sample);
      else {
        if (!others.has(watched.pid)) this.#halt(watched.pid, at);
        this.#end(watched, fault);
      }
    }
  }

  /** Stops it by a signal. It is killed once the page has removed its frame, so that no crash is shown. */
  #halt(pid: number, at: number): void {
    this.#halted.set(pid, { identity: identify(pid), at });
    halt(pid);
  }

  /** @param shown processes with frames in the page */
  #killHalted(now: number, shown: ReadonlySet<number | undefined>): void {
    for (const [pid, { at, identity }] of this.#halted) {
      if (shown.has(pid) && now - at < REMOVAL_MS) continue;
      this.#halted.delete(pid);
      killProcess(identity);
    }
  }

  #askIfDue(watched: Watched, sample: FrameSample): void {
    const { health, url } = watched;
    if (sample.at - watched.askedAt < ASK_EVERY_MS) return;
    watched.askedAt = sample.at;
    health.asked(sample);
    void this.measure(url).then((size) => {
      if (size !== null) health.answered();
    });
  }

  #end(watched: Watched, reason: OutputEnd): void {
    watched.ended = true;
    this.#onEnded({ url: watched.url, reason });
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#watched.clear();
    for (const { identity } of this.#halted.values()) killProcess(identity);
    this.#halted.clear();
  }
}

const framesOf = (contents: WebContents | null): readonly WebFrameMain[] => {
  try {
    return contents?.mainFrame.framesInSubtree ?? [];
  } catch {
    // The page itself is gone.
    return [];
  }
};

const halt = (pid: number): void => {
  try {
    process.kill(pid, 'SIGSTOP');
  } catch {
    // It ended before; and on Windows nothing can be halted, it is only killed.
  }
};
