/** Messages that Python writes to the realm; the guest can write them, too. */
import { describe, expect, it } from 'vitest';
import { guestDevice } from '../../../../src/utility/realm/guest-device.ts';
import { DeviceError } from '../../../../src/utility/realm/pyodide-314/devices.ts';
import { LIMITS } from '../../../../src/shared/limits.ts';
import { utf8 } from '../../sandbox/support.ts';

const setUp = () => {
  const heard: unknown[] = [];
  const device = guestDevice({
    sleep: (seconds) => void heard.push(['sleep', seconds]),
    display: (json) => void heard.push(['display', [...json]]),
    announce: (prompt) => void heard.push(prompt),
    callFunction: (id, json) => void heard.push(['call', id, [...json]]),
    awaitRest: (id) => void heard.push(['rest', id]),
    fetchFonts: (json) => void heard.push(['fonts', json]),
    readAnswer: () => null,
    isWriting: () => true,
    fileChanges: () => 0x01_02_03_04_05_06,
  });
  const write = (message: Uint8Array): unknown[] => {
    device.write?.(message);
    return heard.splice(0);
  };
  return { device, write };
};

describe('what is read where no function has answered', () => {
  it('is whether files are written, and the count of changes, as far as there is room', () => {
    const { device } = setUp();
    const target = new Uint8Array(10);
    expect(device.read?.(target)).toBe(7);
    expect([...target]).toEqual([1, 6, 5, 4, 3, 2, 1, 0, 0, 0]);
    expect(device.read?.(new Uint8Array(1))).toBe(1);
    expect(device.read?.(new Uint8Array(0))).toBe(0);
  });
});

describe('a message', () => {
  it.each([
    ['s0.25', [['sleep', 0.25]]],
    ['s1e-3', [['sleep', 0.001]]],
    ['q', [{ prompt: '', secret: false }]],
    ['qwho? é', [{ prompt: 'who? é', secret: false }]],
    ['pKey:', [{ prompt: 'Key:', secret: true }]],
    ['d{}', [['display', [0x7b, 0x7d]]]],
    ['c7 {}', [['call', 7, [0x7b, 0x7d]]]],
    ['c0 ', [['call', 0, []]]],
    ['r12', [['rest', 12]]],
  ])('%s is understood', (message, heard) => {
    expect(setUp().write(Uint8Array.from(utf8(message)))).toEqual(heard);
  });

  it.each(['s', 's0', 's-1', 'snan', 'sNaN', 'sinf', 'sInfinity', 's1e999', 's1;2', `s${'1'.repeat(1000)}x`])(
    '%s is no time to wait for',
    (message) => {
      const heard = setUp().write(Uint8Array.from(utf8(message)));
      // What is beyond the number is not looked at: a time of 64 digits is one, and its sleep is bounded elsewhere.
      expect(heard.every((entry) => Number.isFinite((entry as [string, number])[1]))).toBe(true);
      if (message.length < 64) expect(heard).toEqual([]);
    },
  );

  it.each([[], [0], [0x7a], [0x44, 0x7b, 0x7d], [0xff, 0xff]])('of the bytes %j is refused', (...bytes) => {
    expect(() => setUp().write(Uint8Array.from(bytes.flat()))).toThrow(DeviceError);
  });

  it('has a prompt of bounded length, whatever is in it', () => {
    for (const text of ['x'.repeat(1_000_000), '😀'.repeat(100_000), '\u0000'.repeat(50_000)]) {
      const [{ prompt }] = setUp().write(Uint8Array.from(utf8(`q${text}`))) as [{ prompt: string }];
      expect(prompt.length).toBeLessThanOrEqual(LIMITS.promptLength);
      expect(text.startsWith(prompt.slice(0, 100))).toBe(true);
    }
    const [broken] = setUp().write(Uint8Array.of(0x71, 0xff, 0xc3)) as [{ prompt: string }];
    expect(broken.prompt).toBe('\ufffd\ufffd');
  });
});
