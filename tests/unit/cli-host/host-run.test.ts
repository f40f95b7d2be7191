/** Between the host and its client a run's output goes once, and the client's result has all of it. */
import { expect, it } from 'vitest';
import { HostRun } from '../../../src/main/cli-host/host-run.ts';
import { HostRunReader } from '../../../src/main/cli/host/host-run-reader.ts';
import type { AdviceWording } from '../../../src/main/run/package-advice.ts';
import type { Runner } from '../../../src/main/run/runner.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import type { RunDisplay, RunOutput, RunResult } from '../../../src/shared/contract/run.ts';
import type { HostRunItem } from '../../../src/shared/protocol/host-protocol.ts';
import { makeRandom } from '../../support/random.ts';
import { resultOf } from '../../support/run-results.ts';
import { utf8 } from '../sandbox/support.ts';

const decode = (pieces: readonly RunOutput[], stream: RunOutput['stream']): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Buffer.concat(pieces.filter((piece) => piece.stream === stream).map(({ bytes }) => bytes)),
  );

interface Printed {
  readonly output?: readonly RunOutput[];
  readonly displays?: readonly RunDisplay[];
  /** So many are passed on before the result is there; the others after it, if at all. */
  readonly passedOn?: number;
}

const sandboxOf = ({ output = [], displays = [], passedOn = Infinity }: Printed): Pick<Runner, 'run'> => ({
  run: async (_request, { onDisplay, onOutput } = {}) => {
    const result = resultOf({
      stdout: decode(output, 'stdout'),
      stderr: decode(output, 'stderr'),
      outputs: [...displays],
    });
    const pass = async (pieces: readonly RunOutput[]): Promise<void> => {
      for (const piece of pieces) await onOutput?.(piece);
    };
    await pass(output.slice(0, passedOn));
    for (const display of displays.slice(0, passedOn)) await onDisplay?.(display);
    setImmediate(() => void pass(output.slice(passedOn)));
    return result;
  },
});

/** What the client gets, and what was sent. */
const transfer = async (
  sandbox: Pick<Runner, 'run'>,
  options: ConstructorParameters<typeof HostRunReader>[0],
  write: (item: HostRunItem) => Promise<void> = () => Promise.resolve(),
): Promise<{ result: RunResult; items: HostRunItem[]; rest: RunResult }> => {
  const reader = new HostRunReader(options, () => undefined);
  const items: HostRunItem[] = [];
  const send = async (item: HostRunItem): Promise<void> => {
    await write(item);
    items.push(item);
    reader.note(item);
  };
  const rest = await new HostRun().run(sandbox, { code: '' }, reader.runOptions, send, {});
  const result = reader.complete(rest);
  await new Promise((resolve) => setImmediate(resolve));
  return { result, items, rest };
};

const stdout = (text: string): RunOutput => ({ stream: 'stdout', bytes: utf8(text) });
const listens = { onOutput: () => undefined };

it('output is sent once: as it comes to clients that listen to it, with the result to the others', async () => {
  const sandbox = sandboxOf({ output: [stdout('x'.repeat(100_000)), stdout('y'.repeat(100_000))] });
  const streamed = await transfer(sandbox, listens);
  expect([streamed.items.length, streamed.rest.stdout]).toEqual([2, '']);
  const whole = await transfer(sandbox, {});
  expect([whole.items.length, whole.rest.stdout.length]).toEqual([0, 200_000]);
  expect(streamed.result).toEqual(whole.result);
});

it('displays are sent once, in the same way', async () => {
  const displays = [{ mime: { 'text/plain': 'a' } }, { mime: { 'text/plain': 'b' } }];
  const streamed = await transfer(sandboxOf({ displays }), { onDisplay: () => undefined });
  expect([streamed.items.length, streamed.rest.outputs]).toEqual([2, []]);
  const whole = await transfer(sandboxOf({ displays }), listens);
  expect([whole.items.length, whole.rest.outputs]).toEqual([0, displays]);
  expect([streamed.result.outputs, whole.result.outputs]).toEqual([displays, displays]);
});

it('outputs that code has cleared are in no result, wherever that is put together', async () => {
  const shown = (text: string): RunDisplay => ({ mime: { 'text/plain': text } });
  const clear: RunDisplay = { mime: { [CLEAR_OUTPUT]: '{}' } };
  const sandbox: Pick<Runner, 'run'> = {
    run: async (_request, { onDisplay } = {}) => {
      for (const display of [shown('a'), shown('b'), clear, shown('c'), clear, shown('d')])
        await onDisplay?.(display);
      return resultOf({ outputs: [shown('d'), shown('not passed on')] });
    },
  };
  const { items, rest, result } = await transfer(sandbox, { onDisplay: () => undefined });
  expect([items.length, rest.outputs]).toEqual([6, [shown('not passed on')]]);
  expect(result.outputs).toEqual([shown('d'), shown('not passed on')]);
});

it('characters that are cut between pieces, halves at the end and byte order marks come through', async () => {
  const random = makeRandom(7);
  const bytes = new Uint8Array([...utf8('\uFEFFgrün 🐍 你好 \uFEFF'), 0xff, 0x80, ...utf8('ok'), 0xf0, 0x9f]);
  for (let round = 0; round < 100; round++) {
    const output: RunOutput[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + Math.floor(random() * 6);
      output.push({ stream: random() < 0.8 ? 'stdout' : 'stderr', bytes: bytes.slice(at, end) });
      at = end;
    }
    const passedOn = random() < 0.5 ? Infinity : Math.floor(random() * output.length);
    const { result } = await transfer(sandboxOf({ output, passedOn }), listens);
    expect([result.stdout, result.stderr]).toEqual([decode(output, 'stdout'), decode(output, 'stderr')]);
  }
});

it('output that was not passed on in time, or could not be sent, comes with the result', async () => {
  const output = [stdout('a'), stdout('b'), stdout('c')];
  const late = await transfer(sandboxOf({ output, passedOn: 1 }), listens);
  expect([late.items.length, late.rest.stdout, late.result.stdout]).toEqual([1, 'bc', 'abc']);
  let sent = 0;
  const failing = await transfer(sandboxOf({ output }), listens, async () => {
    if (++sent === 2) throw new Error('no room');
  });
  expect([failing.items.length, failing.rest.stdout, failing.result.stdout]).toEqual([1, 'bc', 'abc']);
});

it('a run is told of missing packages in the words of the client that asked for it', async () => {
  const used: (AdviceWording | undefined)[] = [];
  const sandbox: Pick<Runner, 'run'> = {
    run: async (_request, { adviceWording } = {}) => {
      used.push(adviceWording);
      return resultOf();
    },
  };
  await transfer(sandbox, { adviceWording: 'command-line' });
  await transfer(sandbox, {});
  expect(used).toEqual(['command-line', 'program']);
});

it('a run is told whether the time that its input takes counts', async () => {
  const told: (boolean | undefined)[] = [];
  const sandbox: Pick<Runner, 'run'> = {
    run: async (_request, { countsInput } = {}) => {
      told.push(countsInput);
      return resultOf();
    },
  };
  await transfer(sandbox, { countsInput: true });
  await transfer(sandbox, {});
  expect(told).toEqual([true, false]);
});
