/** The time zone that code finds: the computer's own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let usual: string | undefined;
beforeEach(() => {
  usual = process.env['TZ'];
});
afterEach(() => {
  if (usual === undefined) delete process.env['TZ'];
  else process.env['TZ'] = usual;
});

const startIn = (zone: string): Promise<Guest> => {
  process.env['TZ'] = zone;
  return startGuest();
};

const FACTS = `
import time
from datetime import datetime
winter, summer = datetime(2025, 1, 1, 12).astimezone(), datetime(2025, 7, 1, 12).astimezone()
[list(time.tzname), time.timezone, time.altzone, time.daylight, winter.isoformat(), summer.isoformat(),
 winter.tzname(), time.localtime(1735732800).tm_hour, time.strftime("%Z", time.localtime(1751371200))]`;

describe('the time zone', () => {
  it.each<[string, unknown[]]>([
    [
      'America/New_York',
      [
        ['EST', 'EDT'],
        18000,
        14400,
        1,
        '2025-01-01T12:00:00-05:00',
        '2025-07-01T12:00:00-04:00',
        'EST',
        7,
        'EDT',
      ],
    ],
    [
      'Asia/Kolkata',
      [
        ['GMT+5:30', 'GMT+5:30'],
        -19800,
        -19800,
        0,
        '2025-01-01T12:00:00+05:30',
        '2025-07-01T12:00:00+05:30',
        'GMT+5:30',
        17,
        'GMT+5:30',
      ],
    ],
    [
      'Australia/Sydney',
      [
        ['GMT+10', 'GMT+11'],
        -36000,
        -39600,
        1,
        '2025-01-01T12:00:00+11:00',
        '2025-07-01T12:00:00+10:00',
        'GMT+11',
        23,
        'GMT+10',
      ],
    ],
    [
      'UTC',
      [['UTC', 'UTC'], 0, 0, 0, '2025-01-01T12:00:00+00:00', '2025-07-01T12:00:00+00:00', 'UTC', 12, 'UTC'],
    ],
  ])('is that of the computer: %s', async (zone, expected) => {
    const { error, value } = await (await startIn(zone)).run(FACTS);
    expect(error).toBeNull();
    expect(value?.json).toEqual(expected);
  });

  it('is that of datetime.now()', async () => {
    const guest = await startIn('America/New_York');
    const { value } = await guest.run(
      'from datetime import datetime, timezone\nlocal, utc = datetime.now(), datetime.now(timezone.utc)\nround((utc.replace(tzinfo=None) - local).total_seconds() / 3600)',
    );
    expect(value?.json).toBe(new Date().getTimezoneOffset() / 60);
  });
});
