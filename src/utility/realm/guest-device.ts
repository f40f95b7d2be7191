/** The device to which Python writes its messages to the realm, apart from its output; see device.py. */
import type { CallRequest } from '../../shared/protocol/blocking-calls.ts';
import { LIMITS } from '../../shared/limits.ts';
import { RealmTextDecoder } from './platform/text-codec.ts';
import { DeviceError, type Device } from './pyodide-314/devices.ts';
import { ERRNO } from './pyodide-314/file-errors.ts';

/** A message's first byte, and what the rest of it is. */
const OPERATIONS = {
  /** A time in seconds, as text: block for it, or until an interrupt comes. */
  sleep: 's'.charCodeAt(0),
  /** Something to show: JSON, see `GuestDisplay`. */
  display: 'd'.charCodeAt(0),
  /** What is asked for before standard input is read, where the answer may be seen, and where not. */
  prompt: 'q'.charCodeAt(0),
  secretPrompt: 'p'.charCodeAt(0),
  /** A function of the app's: the call's number as text, a space, and what is called, JSON. Blocks until it has answered. */
  call: 'c'.charCodeAt(0),
  /** The next part of that answer: the call's number as text. Blocks until it is there. */
  rest: 'r'.charCodeAt(0),
  /** Packages with fonts: what is asked for, JSON. Blocks until those are there that can be had. */
  fonts: 'f'.charCodeAt(0),
} as const;

/** Of a number as text, in bytes. */
const MAX_NUMBER_BYTES = 64;
/** Of a request for fonts. */
const MAX_FONTS_BYTES = 4096;
/** A character of UTF-8 has four at most. */
const MAX_PROMPT_BYTES = 4 * LIMITS.promptLength;

export interface GuestDeviceOptions {
  /** Blocks for a time in seconds, or until an interrupt comes. @param seconds a finite number above 0 */
  readonly sleep: (seconds: number) => void;
  /** @param json the guest's memory, of any length; good until it returns */
  readonly display: (json: Uint8Array) => void;
  readonly announce: (prompt: CallRequest<'readInput'>) => void;
  /** @param json the guest's memory, of any length; good until it returns. @throws DeviceError */
  readonly callFunction: (id: number, json: Uint8Array) => void;
  /** @throws DeviceError */
  readonly awaitRest: (id: number) => void;
  /** @param json the guest's memory. @throws DeviceError */
  readonly fetchFonts: (json: string) => void;
  /** Bytes of an answer to a function call, put into the target; null when there are none to be read. */
  readonly readAnswer: (target: Uint8Array) => number | null;
  /** Whether files are open for writing. */
  readonly isWriting: () => boolean;
  /** A number that grows with each change of a file. */
  readonly fileChanges: () => number;
}

/** Where a number as text ends. */
const SPACE = 0x20;

const numberIn = (text: Uint8Array): number =>
  Number(new RealmTextDecoder('latin1').decode(text.subarray(0, MAX_NUMBER_BYTES)));

/** A call's number. @throws DeviceError */
const idIn = (text: Uint8Array): number => {
  const id = numberIn(text);
  if (!Number.isSafeInteger(id) || id < 0) throw new DeviceError(ERRNO.invalid);
  return id;
};

/** Of the count of changes, little-endian. */
export const COUNT_BYTES = 6;

/** As many bytes of it as there is room for. */
const putCount = (changes: number, target: Uint8Array): void => {
  for (let index = 0, rest = changes; index < COUNT_BYTES; index++, rest = Math.floor(rest / 256))
    target[index] = rest;
};

/**
 * Each write is one message; a read gives what a function has answered or, where there is nothing of that, the state of
 * files: the count of their changes for a read of just its length, otherwise a byte before it that is 1 while some are
 * open for writing, else 0. The guest may do both, too: it can say what our Python says, and learn what it can find out
 * by itself, and nothing else.
 */
export const guestDevice = ({
  announce,
  awaitRest,
  callFunction,
  display,
  fetchFonts,
  fileChanges,
  isWriting,
  readAnswer,
  sleep,
}: GuestDeviceOptions): Device => ({
  read: (target) => {
    const answered = readAnswer(target);
    if (answered !== null) return answered;
    if (target.length === COUNT_BYTES) {
      putCount(fileChanges(), target);
      return COUNT_BYTES;
    }
    target[0] = isWriting() ? 1 : 0;
    putCount(fileChanges(), target.subarray(1));
    return Math.min(target.length, 1 + COUNT_BYTES);
  },
  write: (message) => {
    const content = message.subarray(1);
    switch (message[0]) {
      case OPERATIONS.sleep: {
        const seconds = numberIn(content);
        // What is no number would be waited for without end.
        if (seconds > 0 && seconds < Infinity) sleep(seconds);
        return;
      }
      case OPERATIONS.display:
        display(content);
        return;
      case OPERATIONS.prompt:
      case OPERATIONS.secretPrompt: {
        const prompt = new RealmTextDecoder().decode(content.subarray(0, MAX_PROMPT_BYTES));
        announce({
          prompt: prompt.slice(0, LIMITS.promptLength),
          secret: message[0] === OPERATIONS.secretPrompt,
        });
        return;
      }
      case OPERATIONS.call: {
        const end = content.subarray(0, MAX_NUMBER_BYTES).indexOf(SPACE);
        callFunction(idIn(content.subarray(0, Math.max(end, 0))), content.subarray(end + 1));
        return;
      }
      case OPERATIONS.rest:
        awaitRest(idIn(content));
        return;
      case OPERATIONS.fonts:
        if (content.length > MAX_FONTS_BYTES) throw new DeviceError(ERRNO.tooLarge);
        fetchFonts(new RealmTextDecoder().decode(content));
        return;
      default:
        throw new DeviceError(ERRNO.invalid);
    }
  },
});
