/**
 * A program for tests: boots the real interpreter host in a thread hardened for good, then plays a guest that
 * has arbitrary JavaScript, which is more than Python gives it. Reads the attack, a JavaScript expression,
 * from its last argument; writes what it came to, as text, to standard output.
 *
 * An attack on the guest's realm is a function expression `(later) => text`; `later(text)` adds to the
 * answer. With `--host` it is evaluated by test code of the host's instead: the breach is assumed.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { createContext, runInThisContext } from 'node:vm';
import { answerMemory } from '../../src/shared/protocol/answer-slot.ts';
import { CONTROL_BYTES } from '../../src/shared/protocol/control-words.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { InterpreterHost } from '../../src/utility/worker/interpreter-host.ts';
import type { WorkerEnvironment } from '../../src/utility/worker/host-ports.ts';
import { bypassNodeErrors } from '../../src/utility/worker/bypass-node-errors.ts';
import { VmRealmHost, type VmRealm } from '../../src/utility/worker/vm-realm.ts';
import { OUT_FOLDER } from './node-sandbox.ts';

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

const MAX_ROUNDS = 100;
const SETTLE_MS = 300;

const attack = process.argv.at(-1) ?? '';
const asHost = process.argv.includes('--host');
const { assets } = builtFiles(OUT_FOLDER).runtime;
const start = {
  wasm: await WebAssembly.compile(readFileSync(assets.wasm)),
  stdlib: new Uint8Array(readFileSync(assets.stdlib)),
  guestScript: readFileSync(assets.guest, 'utf8'),
  interrupts: new SharedArrayBuffer(CONTROL_BYTES),
  used: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
  answers: {
    readInput: answerMemory(16),
    readPackageFile: answerMemory(16),
    callFunction: answerMemory(16),
    fetchFonts: answerMemory(16),
  },
  mode: 'plain' as const,
  codeCache: new Uint8Array(),
  images: new MessageChannel().port2,
};
// Its first use compiles it, which needs what hardening takes away.
createContext({});

let realm: VmRealm | undefined;

const own = process;
// What process.exit does in the end, and all that is left of it after hardening.
const exit = (Reflect.get(own, 'reallyExit') as (code: number) => never).bind(own);
const { setTimeout, performance, TextDecoder, TextEncoder } = globalThis;
const say = (text: string): void => void writeSync(1, `${text}\n`);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const hostAttack: unknown = asHost ? runInThisContext(attack) : undefined;

const environment: WorkerEnvironment = {
  now: () => performance.now(),
  random: (length) => randomBytes(length).toString('latin1'),
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
  forgetInterrupt: () => undefined,
  isInterrupted: () => false,
  isStopping: () => false,
  measure: () => undefined,
  wait: () => 'timed-out',
  askForPackageFile: () => undefined,
};
const realms = new VmRealmHost(own);
const host = new InterpreterHost(start, environment, {
  open: (...given) => {
    const opened = realms.open(...given);
    realm = opened.realm;
    return opened;
  },
});
bypassNodeErrors(own, () => say('uncaught'));

try {
  host.begin();
  const checks = await host.boot();
  const failed = checks.filter((check) => !check.holds).map((check) => check.name);
  if (failed.length > 0) say(`checks: ${failed.join(', ')}`);
  if (asHost) {
    say(String((hostAttack as (processObject: object) => unknown)(own)));
  } else {
    realm?.probe(`globalThis.said = []; globalThis.attack = ${attack}; 0`);
    realm?.probe(`said.push(String(attack((text) => { said.push(String(text)) }))); 0`);
  }
} catch (error) {
  say(`failed: ${error instanceof Error ? `${error.name}: ${error.message}` : 'by what is no error'}`);
}
// An attack that sets `waiting` ends when it takes it back, or at the latest after all rounds.
const settle = (rounds: number): void => {
  if (!asHost && rounds > 0 && realm?.probe('globalThis.waiting === true') === true) {
    setTimeout(() => settle(rounds - 1), SETTLE_MS);
    return;
  }
  if (!asHost) say(String(realm?.probe('said.join("\\n")')));
  exit(0);
};
setTimeout(() => settle(MAX_ROUNDS), SETTLE_MS);
