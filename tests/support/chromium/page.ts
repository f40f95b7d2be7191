/**
 * The page: the sidecar's control thread, whole, and who calls it over its contract as main does. The test asks
 * through `window.guests`.
 */
import type { RunEnd, RunPiece, SelfCheck, SidecarPiece } from '../../../src/shared/protocol/interpreter.ts';
import { PACKAGE_LIMITS } from '../../../src/shared/protocol/package-limits.ts';
import { sidecarContract, sidecarHostContract } from '../../../src/shared/protocol/sidecar-protocol.ts';
import { joinBytes } from '../../../src/shared/bytes.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEventTargetPort } from '../../../src/shared/rpc/port.ts';
import { MIB } from '../../../src/shared/units.ts';
import { Sidecar } from '../../../src/utility/control/sidecar.ts';
import { ASSETS, PACKAGES } from './addresses.ts';
import { webControlHost } from './web-control-host.ts';

const FETCHED = ['wasm', 'stdlib', 'worker', 'guest'] as const;

/** Whoever asks waits for all of it. */
const WINDOW_BYTES = 64 * MIB;

const bytesAt = async (address: string): Promise<Uint8Array> => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${String(response.status)}`);
  return new Uint8Array(await response.arrayBuffer());
};

const hashOf = async (bytes: Uint8Array): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

/** Of something that is handed over, in order. */
const partsOf = (bytes: Uint8Array): { offset: number; totalBytes: number; bytes: Uint8Array }[] => {
  const parts = [];
  for (let offset = 0; offset < bytes.length; offset += PACKAGE_LIMITS.partBytes) {
    const part = bytes.slice(offset, offset + PACKAGE_LIMITS.partBytes);
    parts.push({ offset, totalBytes: bytes.length, bytes: part });
  }
  return parts;
};

const openSidecar = () => {
  const host = webControlHost();
  const { port1, port2 } = new MessageChannel();
  const limits = { maxMessageBytes: 32 * MIB, maxSendBytes: 32 * MIB };
  new RpcPeer({
    port: fromEventTargetPort(port1),
    local: sidecarContract,
    remote: sidecarHostContract,
    handlers: new Sidecar(host).handlers(),
    nextTurn: () => host.threads.nextTurn(),
    limits,
  });
  return new RpcPeer({
    port: fromEventTargetPort(port2),
    local: sidecarHostContract,
    remote: sidecarContract,
    handlers: {},
    limits,
  });
};

interface Run {
  readonly pieces: RunPiece[];
  readonly end: Promise<RunEnd>;
  /** Resolves with the first piece of output. */
  readonly printed: Promise<void>;
}

export interface Started {
  readonly id: string;
  readonly checks: SelfCheck[];
  /** How it was started. */
  readonly snapshot: string;
  readonly image: string;
}

export class Guests {
  readonly #sidecar = openSidecar();
  readonly #runs: Run[] = [];
  /** Of packages at hand, by name. */
  readonly #hashes = new Map<string, string>();
  #opened = 0;

  readonly isolated = globalThis.crossOriginIsolated;

  /** @returns what does not hold */
  async prepare(memoryMiB: number): Promise<string[]> {
    for (const name of FETCHED)
      await this.#sidecar.call('loadAsset', { name, bytes: await bytesAt(ASSETS + name) });
    const lockdown = { enabled: false, dataLimitMiB: null, binding: null };
    const { checks } = await this.#sidecar.call('prepare', { memoryMiB, lockdown });
    return checks.filter(({ holds }) => !holds).map(({ name }) => name);
  }

  /** Further interpreters are started from it. @returns its bytes */
  async makeSnapshot(): Promise<number> {
    const options = { onItem: () => undefined, window: WINDOW_BYTES };
    return (await this.#sidecar.call('takeSnapshot', {}, options)).bytes;
  }

  /**
   * Interpreters can be started from it. Handed over again as main would do it later, under another key.
   *
   * @returns bytes of the image, and of each package's bytecode
   */
  async makePackageSnapshot(
    keys: { readonly made: string; readonly again: string },
    packages: readonly string[],
    modules: readonly string[],
  ): Promise<{ image: number; bytecode: number[] }> {
    const hashes = await Promise.all(packages.map((name) => this.#hand(name)));
    const pieces = new Map<string, Uint8Array[]>();
    await this.#sidecar.call(
      'makePackageSnapshot',
      { key: keys.made, hashes, modules: [...modules] },
      {
        onItem: ({ of, bytes }) => void pieces.set(of, [...(pieces.get(of) ?? []), bytes]),
        window: WINDOW_BYTES,
      },
    );
    const whole = (of: string): Uint8Array => joinBytes(pieces.get(of) ?? []);
    const image = whole('image');
    for (const part of partsOf(image))
      await this.#sidecar.call('loadPackageSnapshot', { key: keys.again, ...part });
    await this.#sidecar.call('adoptPackageSnapshot', { key: keys.again, hashes });
    return { image: image.length, bytecode: hashes.map((hash) => whole(hash).length) };
  }

  /** @param image key of an image with packages in it */
  async start(image?: string): Promise<Started> {
    this.#opened += 1;
    const id = `web-${String(this.#opened)}`;
    const wanted = image === undefined ? { id } : { id, image };
    return { id, ...(await this.#sidecar.call('openInterpreter', wanted)) };
  }

  async install(interpreter: string, name: string): Promise<void> {
    const hashes = [await this.#hand(name)];
    const { conflict, missing } = await this.#sidecar.call('installPackages', { interpreter, hashes });
    if (conflict !== undefined) throw new Error(`${conflict.name} and ${conflict.other} conflict`);
    if (missing.length > 0) throw new Error(`${name} is missing`);
  }

  /** Hands a wheel over. @returns its hash */
  async #hand(name: string): Promise<string> {
    const known = this.#hashes.get(name);
    if (known !== undefined) return known;
    const wheel = await bytesAt(PACKAGES + name);
    const sha256 = await hashOf(wheel);
    for (const part of partsOf(wheel))
      await this.#sidecar.call('loadPackage', { sha256, name, kind: 'wheel', ...part });
    this.#hashes.set(name, sha256);
    return sha256;
  }

  /** @returns number of the run, which goes on */
  begin(interpreter: string, code: string, outputBytes: number): number {
    const pieces: RunPiece[] = [];
    let noteOutput = (): void => undefined;
    const printed = new Promise<void>((resolve) => {
      noteOutput = resolve;
    });
    const order = { interpreter, code, outputBytes, input: false };
    const onItem = (piece: SidecarPiece): void => {
      if (piece.channel !== 'reading') pieces.push(piece);
      if (piece.channel === 'stdout') noteOutput();
    };
    const end = this.#sidecar.call('run', order, { onItem, window: WINDOW_BYTES });
    return this.#runs.push({ pieces, end, printed }) - 1;
  }

  printed(run: number): Promise<void> {
    return this.#run(run).printed;
  }

  async finish(run: number): Promise<{ pieces: RunPiece[]; end: RunEnd }> {
    const { end, pieces } = this.#run(run);
    return { end: await end, pieces };
  }

  async interrupt(interpreter: string, limitMs: number): Promise<boolean> {
    return (await this.#sidecar.call('interruptRun', { interpreter, limitMs })).stopped;
  }

  async terminate(id: string): Promise<void> {
    await this.#sidecar.call('closeInterpreter', { id });
  }

  #run(id: number): Run {
    const run = this.#runs[id];
    if (run === undefined) throw new Error('there is no such run');
    return run;
  }
}

declare global {
  interface Window {
    guests: Guests;
  }
}

window.guests = new Guests();
