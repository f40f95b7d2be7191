/** The device that Python's own messages to the realm go through, in a guest's hands. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
  await guest.run('import os, time, asyncio\nDEVICE = 4096\nos.fstat(DEVICE)');
}, 60_000);

/** The value, as JSON, of code that does not fail. */
const valueOf = async (code: string): Promise<unknown> => {
  const { error, value } = await guest.run(code);
  expect(error).toBeNull();
  return value?.json;
};

it.each(['time.sleep(0.5)', 'await asyncio.sleep(0.5)'])(
  '%s blocks for all that is left: what wakes the processor now and then keeps it from its rest',
  async (code) => {
    guest.takeSleeps();
    await valueOf(code);
    const [first, ...others] = guest.takeSleeps();
    expect(first).toBeGreaterThan(0.25);
    // A clock may be early by its own grain.
    for (const later of others) expect(later).toBeLessThan(0.25);
  },
);

describe('a guest that writes to the device', () => {
  it.each([
    ['b"s1e999"', 6],
    ['b"snan"', 4],
    ['b"s-5"', 3],
    ['b"s0.001"', 6],
    ['b"q" + b"?" * 1_000_000', 1_000_001],
  ])('%s goes on at once', async (message, length) => {
    expect(await valueOf(`os.write(DEVICE, ${message})`)).toBe(length);
  });

  it.each(['b""', 'b"\\0"', 'b"S1"', 'bytes(range(200, 256))'])('%s gets an error', async (message) => {
    expect((await guest.run(`os.write(DEVICE, ${message})`)).error?.type).toBe('OSError');
  });

  it('can send displays, as display() can', async () => {
    await valueOf(`os.write(DEVICE, b'd{"mime":[["text/plain","own"]],"cut":false}')`);
    expect(guest.takeShown()).toEqual([{ mime: [['text/plain', 'own']], cut: false }]);
  });

  it('reads from it only whether files are open for writing, and a count of changes', async () => {
    expect(
      await valueOf('state = os.read(DEVICE, 10)\nstate[0], len(state), len(os.read(DEVICE, 0))'),
    ).toEqual([0, 7, 0]);
    await valueOf('reading = open("/lib/python314.zip", "rb")\nfolder = os.open("/tmp", os.O_RDONLY)');
    expect(await valueOf('list(os.read(DEVICE, 1))')).toEqual([0]);
    await valueOf(
      'kept = [open(f"/tmp/kept-{n}", "w") for n in range(300)]\nfor file in kept[:-1]: file.close()',
    );
    expect(await valueOf('list(os.read(DEVICE, 1))')).toEqual([1]);
    expect(await valueOf('kept[-1].close()\nlist(os.read(DEVICE, 1))')).toEqual([0]);
  });

  it('does not find the device by a path', async () => {
    expect(await valueOf('[name for name in os.listdir("/dev") if "vivarium" in name]')).toEqual([]);
  });
});

describe('a guest without the device', () => {
  it.each(['os.close(DEVICE)', 'os.closerange(3, 5000)'])(
    'after %s sleeps, and has it again in the next run',
    async (code) => {
      expect(await valueOf(`${code}\ntime.sleep(0.03)\nawait asyncio.sleep(0.03, 4)`)).toBe(4);
      await valueOf('display("again")');
      expect(guest.takeShown()).toHaveLength(1);
    },
  );

  it('gets an exception where it wants to show something', async () => {
    expect((await guest.run('os.close(DEVICE)\ndisplay(1)')).error).toMatchObject({
      type: 'OSError',
      line: 2,
    });
    expect(await valueOf('1 + 1')).toBe(2);
  });

  it('can not replace the device', async () => {
    const code = `
other = os.open("/tmp/other", os.O_CREAT | os.O_RDWR)
try: os.dup2(other, DEVICE)
except OSError as error: refused = error.errno
os.close(other)
display("here")
refused`;
    expect(await valueOf(code)).toBe(8);
    expect(guest.takeShown()).toHaveLength(1);
  });
});
