/** The guest core in a Web Worker of the system's Chromium, driven from a test. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { findChromium } from '../../../scripts/provision/chromium.ts';
import { thisMachine } from '../../../scripts/provision/machine.ts';
import { builtFiles } from '../../../src/main/runtime/runtime-locations.ts';
import { RunCollector } from '../../../src/main/run/run-collector.ts';
import type { RunEnd, RunPiece, SelfCheck } from '../../../src/shared/protocol/interpreter.ts';
import type { GuestOutcome } from '../../../src/shared/protocol/guest-report.ts';
import { OUT_FOLDER } from '../node-sandbox.ts';
import {
  ASSETS,
  GUEST_ADDRESS,
  GUEST_CORE,
  PACKAGES,
  PAGE_ADDRESS,
  PAGE_SCRIPT,
  WORKER_SCRIPT,
} from './addresses.ts';
import { bundleForBrowser } from './bundles.ts';
import type { Started } from './page.ts';
import { PageServer, type ServedFile } from './page-server.ts';

const OUTPUT_BYTES = 512 * 1024;
const MEMORY_MIB = 512;

const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";
/** A worker obeys its own policy, not its page's. */
export const WORKER_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types vivarium";

// Without it, texts in a script are read in another encoding.
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const BYTES = 'application/octet-stream';

const quiet = { onOutput: () => undefined, onDisplay: () => undefined, onInput: () => undefined };

export interface Ran extends GuestOutcome {
  readonly stdout: string;
  readonly stderr: string;
}

/** Of the run, once it has ended. @throws Error when the interpreter died */
const conclude = (pieces: readonly RunPiece[], end: RunEnd): Ran => {
  if (end.kind === 'died') throw new Error(`the interpreter died (${end.cause}): ${end.detail}`);
  const collector = new RunCollector(OUTPUT_BYTES, quiet);
  for (const piece of pieces) collector.push(piece);
  return { ...collector.conclude(end), stdout: collector.stdout, stderr: collector.stderr };
};

/** An interpreter in a Web Worker of its own. */
export class WebInterpreter {
  readonly #page: Page;
  readonly #id: string;
  readonly checks: readonly SelfCheck[];
  readonly snapshot: string;
  readonly image: string;

  constructor(page: Page, { checks, id, image, snapshot }: Started) {
    this.#page = page;
    this.#id = id;
    this.checks = checks;
    this.snapshot = snapshot;
    this.image = image;
  }

  async run(code: string): Promise<Ran> {
    return (await this.begin(code)).finish();
  }

  /** A run to act upon while it goes on. */
  async begin(
    code: string,
  ): Promise<{ printed: () => Promise<void>; end: () => Promise<RunEnd>; finish: () => Promise<Ran> }> {
    const run = await this.#page.evaluate(([id, text, bytes]) => window.guests.begin(id, text, bytes), [
      this.#id,
      code,
      OUTPUT_BYTES,
    ] as const);
    const finished = () => this.#page.evaluate((number) => window.guests.finish(number), run);
    return {
      printed: () => this.#page.evaluate((number) => window.guests.printed(number), run),
      end: async () => (await finished()).end,
      finish: async () => {
        const { end, pieces } = await finished();
        return conclude(pieces, end);
      },
    };
  }

  /** Whether the run under way has ended by it. */
  interrupt(limitMs: number): Promise<boolean> {
    return this.#page.evaluate(([id, limit]) => window.guests.interrupt(id, limit), [
      this.#id,
      limitMs,
    ] as const);
  }

  install(name: string): Promise<void> {
    return this.#page.evaluate(([id, text]) => window.guests.install(id, text), [this.#id, name] as const);
  }

  terminate(): Promise<void> {
    return this.#page.evaluate((id) => window.guests.terminate(id), this.#id);
  }
}

export class GuestPage {
  /** Of the browser, by its own account. */
  readonly version: string;
  readonly page: Page;
  /** Wheels that interpreters can be given, by name. */
  readonly packages: Map<string, Uint8Array>;
  readonly #browser: Browser;
  readonly #server: PageServer;

  private constructor(browser: Browser, server: PageServer, page: Page, packages: Map<string, Uint8Array>) {
    this.#browser = browser;
    this.#server = server;
    this.page = page;
    this.packages = packages;
    this.version = browser.version();
  }

  static async open(program: string, workerPolicy = WORKER_POLICY): Promise<GuestPage> {
    const packages = new Map<string, Uint8Array>();
    const server = await PageServer.open(await filesOf(packages, workerPolicy));
    const browser = await chromium.launch({
      executablePath: program,
      // Chromium's own sandbox refuses to start as root.
      chromiumSandbox: process.getuid?.() !== 0,
      args: [
        ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
        ...['--disable-component-update', '--disable-sync'],
      ],
    });
    const page = await browser.newPage();
    await page.goto(server.origin + PAGE_ADDRESS);
    const failed = await page.evaluate((memoryMiB) => window.guests.prepare(memoryMiB), MEMORY_MIB);
    if (failed.length > 0) throw new Error(`the page is not fit: ${failed.join(', ')}`);
    return new GuestPage(browser, server, page, packages);
  }

  /** Paths that the browser has asked for so far. */
  get asked(): readonly string[] {
    return [...this.#server.asked];
  }

  /** @param image key of an image with packages in it */
  async start(image?: string): Promise<WebInterpreter> {
    return new WebInterpreter(this.page, await this.page.evaluate((key) => window.guests.start(key), image));
  }

  /** Made, and handed over again under another key. */
  makePackageSnapshot(
    keys: { readonly made: string; readonly again: string },
    packages: readonly string[],
    modules: readonly string[],
  ): Promise<{ image: number; bytecode: number[] }> {
    return this.page.evaluate(
      ([both, names, imported]) => window.guests.makePackageSnapshot(both, names, imported),
      [keys, packages, modules] as const,
    );
  }

  makeSnapshot(): Promise<number> {
    return this.page.evaluate(() => window.guests.makeSnapshot());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

const filesOf = async (
  packages: ReadonlyMap<string, Uint8Array>,
  workerPolicy: string,
): Promise<(path: string) => Promise<ServedFile | undefined>> => {
  const { assets } = builtFiles(OUT_FOLDER).runtime;
  const guest = await readFile(assets.guest, 'utf8');
  const script = (body: string, policy?: string): ServedFile => ({
    type: JAVASCRIPT,
    body,
    ...(policy === undefined ? {} : { policy }),
  });
  const asset = async (name: 'wasm' | 'stdlib' | 'guest'): Promise<[string, ServedFile]> => [
    ASSETS + name,
    { type: BYTES, body: await readFile(assets[name]) },
  ];
  const files = new Map<string, ServedFile>([
    [
      PAGE_ADDRESS,
      {
        type: 'text/html',
        body: `<!doctype html><title>guests</title><script src="${PAGE_SCRIPT}"></script>`,
        policy: PAGE_POLICY,
      },
    ],
    [PAGE_SCRIPT, script(await bundleForBrowser('page.ts'))],
    [WORKER_SCRIPT, script(await bundleForBrowser('web-worker.ts'), workerPolicy)],
    [GUEST_ADDRESS, script(`'use strict';globalThis.${GUEST_CORE} = ${guest}`)],
    // In a browser a worker is started by its address.
    [`${ASSETS}worker`, { type: BYTES, body: WORKER_SCRIPT }],
    ...(await Promise.all([asset('wasm'), asset('stdlib'), asset('guest')])),
  ]);
  return async (path) => files.get(path) ?? wheelAt(path, packages);
};

const wheelAt = (path: string, packages: ReadonlyMap<string, Uint8Array>): ServedFile | undefined => {
  const wheel = path.startsWith(PACKAGES) ? packages.get(path.slice(PACKAGES.length)) : undefined;
  return wheel === undefined ? undefined : { type: BYTES, body: wheel };
};

/** The program for such a page. @throws SetupError that says how to install it */
export const chromiumProgram = async (): Promise<string> =>
  (await findChromium(thisMachine(() => undefined))).program;

/** One page for the file's tests. */
export const useGuestPage = (): (() => Promise<GuestPage>) => {
  let opened: Promise<GuestPage> | undefined;
  afterAll(async () => {
    await (await opened)?.close();
  });
  return async () => {
    const program = await chromiumProgram();
    opened ??= GuestPage.open(program);
    return opened;
  };
};
