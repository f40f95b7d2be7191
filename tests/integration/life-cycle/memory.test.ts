/** Memory bombs, inside and outside the interpreter's own cap. */
import { afterEach, describe, expect, it } from 'vitest';
import { interpreterLimitMiB } from '../../../src/shared/limits.ts';
import { useSandbox } from '../../support/either-sandbox.ts';
import { NEVER_BROKEN } from '../../support/test-sandbox.ts';

const MEMORY_MIB = 128;
const LIMIT_MIB = interpreterLimitMiB(MEMORY_MIB);
const sandbox = useSandbox({ memoryMiB: MEMORY_MIB, crashLimit: NEVER_BROKEN, spares: 1 });

afterEach(() => sandbox().expectAlive());

/** File data is JavaScript memory, which the cap of the WebAssembly memory does not see. */
const FILES = `
print("in", flush=True)
part = bytes(8_000_000)
for n in range(10_000):
    with open(f"f{n}", "wb") as f: f.write(part)
`;

describe('a bomb within the interpreter', () => {
  it('ends as out of memory, and the session keeps its state', async () => {
    const session = 'wasm';
    await sandbox().run('x = 1', { session });
    expect(
      await sandbox().run('b = []\nwhile True: b.append(bytearray(4_000_000))', { session }),
    ).toMatchObject({
      status: 'out-of-memory',
      error: { type: 'MemoryError', line: 2 },
      session: { state: 'kept' },
    });
    expect(await sandbox().run('b.clear()\nx', { session })).toMatchObject({ value: { json: 1 } });
  });
});

describe('a bomb of files', () => {
  it('ends as out of memory, with the limit in the message, and the app goes on', async () => {
    const result = await sandbox().run(FILES, { session: 'files', timeoutMs: 100_000 });
    expect(result).toMatchObject({
      status: 'out-of-memory',
      stdout: 'in\n',
      session: { state: 'lost' },
      error: {
        type: 'OutOfMemory',
        message: expect.stringMatching(
          new RegExp(
            `^the interpreter used \\d+ MiB of ${LIMIT_MIB} MiB for its data, files and objects$`,
            'u',
          ),
        ) as string,
      },
    });
    // Lack of memory does not count as a crash.
    expect(
      sandbox()
        .told('process-ended')
        .map(({ cause }) => cause),
    ).not.toContain('exited');
  });

  it('that is stopped frees its memory', async () => {
    expect(await sandbox().run('len(bytearray(60 * 2**20)) >> 20', { session: 'after' })).toMatchObject({
      value: { json: 60 },
    });
  });
});
