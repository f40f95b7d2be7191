import type { GuestCore, HostBridge } from '../../shared/protocol/guest-bridge.ts';
import type { GuestQuestion } from '../../shared/protocol/interpreter-methods.ts';
import type { WorkerImage, WorkerStart } from '../../shared/protocol/worker-protocol.ts';
import type { EvaluatedRealm } from './host-ports.ts';
import { copyFromGuest, copyToGuest, guestByteLength } from './host-intrinsics.ts';

/** Longest text about a failure that is taken from the guest, in UTF-16 units. */
const MAX_PROBLEM = 500;

/** The guest's realm, as the host sees it. Nothing here depends on how realms are made. */
export class GuestRealm {
  readonly #realm: EvaluatedRealm;
  readonly #core: GuestCore;

  constructor(realm: EvaluatedRealm) {
    this.#realm = realm;
    this.#core = realm.core;
  }

  codeCache(): Uint8Array {
    return this.#realm.codeCache();
  }

  boot(bridge: HostBridge, { mode, wasm, stdlib, interrupts }: WorkerStart): void {
    this.#core.boot(bridge, mode, wasm, this.bytes(stdlib), interrupts);
  }

  /** In a realm that was booted for it. @param header of the image */
  restore(
    { libraries, packages }: Pick<WorkerImage, 'libraries' | 'packages'>,
    header: Uint8Array,
    extension: string,
  ): void {
    for (const [path, module] of libraries) this.#core.addLibrary(path, module);
    for (const { paths, sizes, firstId } of packages) {
      this.#core.addPackage(JSON.stringify(paths), JSON.stringify(sizes), firstId);
    }
    this.#core.restore(this.bytes(header), extension);
  }

  /** The guest core's answer to one of the `guestQuestions`, with params as JSON in UTF-8; untrusted bytes of any length. */
  ask(question: GuestQuestion, params: Uint8Array): unknown {
    return this.#core.ask(question, this.bytes(params));
  }

  /** Removes a file and returns its content; null when there is none. Only in an interpreter that is started for a snapshot. */
  takeFile(path: string): Uint8Array | null {
    const taken: unknown = this.#core.takeFile(path);
    return taken === null ? null : copyFromGuest(taken, Math.max(guestByteLength(taken), 0));
  }

  /** Returns '' or what went wrong; hostile text. */
  takeSnapshot(): unknown {
    return this.#core.takeSnapshot();
  }

  /** Guest-realm copy of host bytes. */
  bytes(bytes: Uint8Array): Uint8Array {
    const target = this.#core.allocate(bytes.byteLength);
    copyToGuest(target, bytes);
    return target;
  }

  /** Returns '' or what went wrong; hostile text. */
  writeFile(name: string, bytes: Uint8Array, append: boolean): unknown {
    return this.#core.writeFile(name, this.bytes(bytes), append);
  }

  /** Returns '' or what went wrong; hostile text. */
  removeFile(name: string): unknown {
    return this.#core.removeFile(name);
  }

  /** Some bytes, at most `length`, or what went wrong; hostile text. */
  readFile(name: string, offset: number, length: number): Uint8Array | string {
    const read: unknown = this.#core.readFile(name, offset, length);
    if (typeof read === 'string') return read.slice(0, MAX_PROBLEM);
    const got = typeof read === 'object' && read !== null ? guestByteLength(read) : -1;
    if (got < 0 || got > length) return 'the guest gave no bytes';
    return copyFromGuest(read, got);
  }

  /** Returns '' or what went wrong; hostile text. */
  installPackage(paths: string, sizes: string, firstId: number): unknown {
    return this.#core.installPackage(paths, sizes, firstId);
  }

  /** The outcome, hostile bytes of any length. @param facts JSON, see `GuestCore.run` */
  run(code: Uint8Array, facts: string, textLimit: number): unknown {
    return this.#core.run(this.bytes(code), facts, textLimit);
  }

  /** See `GuestCore.forgetRuns`. */
  forgetRuns(): unknown {
    return this.#core.forgetRuns();
  }
}
