import { RpcError } from './errors.ts';
import type { RpcErrorCode } from './errors.ts';
import type { RpcLimits } from './limits.ts';
import { measure } from './measure.ts';
import type { MeasureLimits, MeasureProblem } from './measure.ts';
import type { RpcPort } from './port.ts';
import type { WireMessage } from './wire.ts';

/** The sending half of a peer: nothing is posted that the limits forbid. */
export class Outbox {
  readonly #port: RpcPort;
  readonly #limits: MeasureLimits;
  readonly #onBrokenPort: (error: unknown) => void;

  constructor(port: RpcPort, limits: RpcLimits, onBrokenPort: (error: unknown) => void) {
    this.#port = port;
    this.#limits = {
      maxBytes: limits.maxSendBytes,
      maxDepth: limits.maxDepth,
      maxNodes: limits.maxNodes,
    };
    this.#onBrokenPort = onBrokenPort;
  }

  /** Bytes of a message; throws 'too-large', or `unsendable` for a value that may not travel. */
  weigh(message: WireMessage, unsendable: RpcErrorCode): number {
    let size: number | MeasureProblem;
    try {
      size = measure(message, this.#limits);
    } catch {
      // A getter or proxy of the value's threw. Its error may be a guest's, so not even its name is read.
      throw new RpcError(unsendable, "the message can't be sent: reading it failed");
    }
    if (typeof size === 'number') return size;
    throw size.kind === 'too-large'
      ? new RpcError('too-large', `the message can't be sent: ${size.text}`)
      : new RpcError(unsendable, `the message can't be sent: it contains ${size.text}`);
  }

  /** Posts a weighed message; throws `unsendable` when it can't be cloned after all (a proxy, a detached buffer). */
  post(message: WireMessage, unsendable: RpcErrorCode): void {
    try {
      this.#port.post(message);
    } catch {
      throw new RpcError(unsendable, "the message can't be cloned");
    }
  }

  send(message: WireMessage, unsendable: RpcErrorCode): void {
    this.weigh(message, unsendable);
    this.post(message, unsendable);
  }

  /** Sends a message of the protocol's own, which is always clonable: if that fails, the port is broken. */
  tell(message: WireMessage): void {
    try {
      this.#port.post(message);
    } catch (error) {
      this.#onBrokenPort(error);
    }
  }
}
