/** What an interpreter says of its files, over a real channel: a guest's word. */
import { describe, expect, it } from 'vitest';
import { FileCollector, WorkspaceFileError } from '../../../../src/main/sandbox/sessions/file-collector.ts';
import { SidecarClient } from '../../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { LIMITS } from '../../../../src/shared/limits.ts';
import { RpcError } from '../../../../src/shared/rpc/errors.ts';
import type { CollectedFile, OutputFile } from '../../../../src/shared/contract/run.ts';
import { FakeClock, FakeProcess, never, turns, until, utf8, type SidecarHandlers } from '../support.ts';
import { MIB } from '../../../../src/shared/units.ts';

const PIECE = 50_000;

/** Sends bytes as an interpreter does: in pieces. */
const pieces = async (
  bytes: Uint8Array,
  write: (item: { bytes: Uint8Array }) => Promise<void>,
): Promise<void> => {
  for (let at = 0; at < bytes.length; at += PIECE) await write({ bytes: bytes.slice(at, at + PIECE) });
};

type Read = SidecarHandlers['readFile'];

/** An interpreter with these files. */
const having =
  (files: Readonly<Record<string, Uint8Array>>): Read =>
  async ({ name }, { write }) => {
    const bytes = files[name];
    if (bytes === undefined) throw new RpcError('failed', `there is no ${name}`);
    await pieces(bytes, write);
    return {};
  };

const scene = (handlers: Partial<Pick<SidecarHandlers, 'readFile' | 'listFiles'>>) => {
  const process = new FakeProcess(1, handlers);
  const clock = new FakeClock();
  const controller = new AbortController();
  return {
    process,
    clock,
    controller,
    collector: new FileCollector(clock),
    interpreter: { id: 'one', sidecar: new SidecarClient(process) },
    signal: controller.signal,
  };
};

const file = (name: string): OutputFile => ({ name, size: 1, mime: 'text/plain' });

/** All that was handed out, in order: the text of a file, or why it was left out. */
const collected = async (
  { collector, interpreter, signal }: ReturnType<typeof scene>,
  files: readonly OutputFile[],
): Promise<[string, string][]> => {
  const seen: [string, string][] = [];
  const onFile = (found: CollectedFile): void => {
    seen.push([
      found.name,
      found.kind === 'whole' ? new TextDecoder().decode(found.bytes.subarray(0, 20)) : found.why,
    ]);
  };
  await collector.collect(interpreter, files, onFile, signal);
  return seen;
};

describe('one file', () => {
  it('comes whole, however many pieces it has', async () => {
    const bytes = Uint8Array.from({ length: 3 * PIECE + 7 }, (_none, index) => index % 251);
    const { collector, interpreter, signal } = scene({
      readFile: having({ 'a/b.bin': bytes, empty: utf8('') }),
    });
    expect(await collector.read(interpreter, 'a/b.bin', signal)).toEqual(bytes);
    expect(await collector.read(interpreter, 'empty', signal)).toEqual(utf8(''));
  });

  it.each(['', '../x', '/etc/passwd', 'a\\b', 'a//b', 'x\n', 'x'.repeat(300)])(
    'with the name %j is not asked for',
    async (name) => {
      const { collector, interpreter, signal, process } = scene({ readFile: having({}) });
      await expect(collector.read(interpreter, name, signal)).rejects.toThrow(WorkspaceFileError);
      expect(process.called('readFile')).toEqual([]);
    },
  );

  it.each<[string, Read, RegExp]>([
    ['that is not there', having({}), /there is no data\.csv/u],
    [
      'that comes in pieces of nothing',
      async (_params, { write }) => {
        for (;;) await write({ bytes: utf8('') });
      },
      /pieces of nothing|invalid|violat/u,
    ],
    [
      'whose reading ends in the middle',
      async (_params, { write }) => {
        await write({ bytes: utf8('half') });
        throw new RpcError('failed', 'the disk is on fire');
      },
      /the disk is on fire/u,
    ],
  ])('%s is reported as such', async (_what, readFile, message) => {
    const { collector, interpreter, signal } = scene({ readFile });
    await expect(collector.read(interpreter, 'data.csv', signal)).rejects.toMatchObject({
      name: 'WorkspaceFileError',
      message: expect.stringMatching(message) as string,
    });
  });

  it('without an end is cut off at the cap', async () => {
    let sent = 0;
    const piece = new Uint8Array(PIECE);
    const { collector, interpreter, signal } = scene({
      readFile: async (_params, { write, signal: ended }) => {
        while (!ended.aborted) {
          await write({ bytes: piece });
          sent += PIECE;
        }
        return {};
      },
    });
    await expect(collector.read(interpreter, 'endless', signal)).rejects.toThrow(
      `more than ${LIMITS.collectedFileBytes} bytes`,
    );
    // What is under way at once.
    const room = 16 * MIB;
    await turns();
    expect(sent).toBeLessThan(LIMITS.collectedFileBytes + room);
  });

  it('is waited for 60 s', async () => {
    const { collector, interpreter, signal, clock, process } = scene({ readFile: () => never() });
    const reading = collector.read(interpreter, 'slow', signal);
    reading.catch(() => undefined);
    await until(() => process.called('readFile').length === 1);
    clock.advance(60_000);
    await expect(reading).rejects.toThrow('not read within 60 s');
  });

  it('can be given up', async () => {
    const { collector, interpreter, signal, controller, process } = scene({ readFile: () => never() });
    const reading = collector.read(interpreter, 'slow', signal);
    reading.catch(() => undefined);
    await until(() => process.called('readFile').length === 1);
    controller.abort();
    await expect(reading).rejects.toThrow('cancelled before it was read');
  });

  it('fails when its process ends', async () => {
    const { collector, interpreter, signal, process } = scene({ readFile: () => never() });
    const reading = collector.read(interpreter, 'slow', signal);
    reading.catch(() => undefined);
    await until(() => process.called('readFile').length === 1);
    process.exit(9);
    await expect(reading).rejects.toThrow(WorkspaceFileError);
  });
});

describe('the list', () => {
  const listing = (bytes: Uint8Array) => {
    const { collector, interpreter, signal } = scene({
      listFiles: async (_params, { write }) => {
        await pieces(bytes, write);
        return {};
      },
    });
    return collector.list(interpreter, signal);
  };

  it('is that of the interpreter', async () => {
    const files = Array.from({ length: 1000 }, (_none, index) => file(`${'long/'.repeat(10)}${index}`));
    const found = files.map(({ name, size }) => [name, size]);
    expect(await listing(utf8(JSON.stringify({ found, said: files })))).toEqual(files);
  });

  it.each([
    ['nothing', utf8('')],
    ['no JSON', utf8('[')],
    ['no list', utf8('{}')],
    ["only the guest's word", utf8(JSON.stringify({ said: [file('a')] }))],
    ['a size that is none', utf8(JSON.stringify({ found: [['a', 'b']] }))],
    ['more than there may be', utf8(JSON.stringify({ found: Array(1001).fill(['a', 1]) }))],
    ['no UTF-8', Uint8Array.of(0x5b, 0xff, 0x5d)],
  ])('of %s is refused', async (_what, bytes) => {
    await expect(listing(bytes)).rejects.toThrow('the interpreter gave no list of its files');
  });
});

describe('all files of a run', () => {
  it('are handed out in order, and those that can not be read are named', async () => {
    const made = scene({ readFile: having({ one: utf8('1'), two: utf8('2') }) });
    expect(await collected(made, ['one', 'gone', '../x', 'two'].map(file))).toEqual([
      ['one', '1'],
      ['gone', 'there is no gone'],
      ['../x', 'its name climbs out of /workspace'],
      ['two', '2'],
    ]);
  });

  it('are a thousand at most', async () => {
    const made = scene({ readFile: having({ same: utf8('x') }) });
    const seen = await collected(made, Array<OutputFile>(LIMITS.collectedFiles + 2).fill(file('same')));
    expect(seen.slice(-3)).toEqual([
      ['same', 'x'],
      ['same', 'there are more than 1000 files'],
      ['same', 'there are more than 1000 files'],
    ]);
  });

  it('share one time limit', async () => {
    let asked = 0;
    const made = scene({
      readFile: async (_params, { write }) => {
        asked += 1;
        if (asked > 1) return never();
        await write({ bytes: utf8('x') });
        made.clock.jump(59_999);
        return {};
      },
    });
    const collecting = collected(made, ['one', 'two', 'three'].map(file));
    await until(() => asked === 2);
    made.clock.advance(1);
    await until(() => asked === 3 || made.clock.waiting > 0);
    made.clock.advance(0);
    expect(await collecting).toEqual([
      ['one', 'x'],
      ['two', 'not read within 60 s'],
      ['three', 'not read within 60 s'],
    ]);
  });

  it('are rejected with what the listener throws', async () => {
    const { collector, interpreter, signal } = scene({ readFile: having({ one: utf8('1') }) });
    const refuse = (): never => {
      throw new Error('no room');
    };
    await expect(collector.collect(interpreter, [file('one')], refuse, signal)).rejects.toThrow('no room');
  });
});
