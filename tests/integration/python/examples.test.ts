/** The examples' figures; each was computed a second time, by other means, with the host's CPython. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { WEATHER } from '../../support/weather-figures.ts';
import { startGuest, type Guest } from './guest.ts';

const ROOT = new URL('../../..', import.meta.url);
const example = (name: string): string => readFileSync(new URL(`examples/${name}`, ROOT), 'utf8');

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

describe.each([
  {
    script: 'weather.py',
    data: 'seattle-weather.csv',
    ...WEATHER,
    files: [],
  },
  {
    script: 'gapminder.py',
    data: 'gapminder.json',
    value: {
      countries: 62,
      most_gained: { country: 'Peru', years: 33.49 },
      most_lost: { country: 'South Africa', years: -0.94 },
      population: { '1955': 2165658066, '2005': 5131438623 },
      life_expectancy: { '1955': 55.44, '2005': 70.88 },
      correlation_fertility_life: -0.804,
    },
    stdout: 'Peru             +33.49 years\n',
    files: [{ name: 'changes.csv', size: 992, mime: 'text/csv' }],
  },
  {
    script: 'airports.py',
    data: 'airports.csv',
    value: {
      rows: 3376,
      states_with_most: { AK: 263, TX: 209, CA: 205, OK: 102, FL: 100 },
      jfk_to_lax_km: 3974.2,
      northernmost: { iata: 'BRW', name: 'Wiley Post Will Rogers Memorial', latitude: 71.2854475 },
    },
    stdout: 'AK   263  ██████████████████████████\n',
    files: [],
  },
])('$script', ({ script, data, value, stdout, files }) => {
  it('says which file is missing', async () => {
    const { error } = await guest.run(example(script));
    expect(error).toMatchObject({ type: 'SystemExit' });
    expect(error?.message).toContain(`--file node_modules/vega-datasets/data/${data}`);
  });

  it('computes the right figures', async () => {
    guest.takeStdout();
    guest.files.writeFile(
      `/workspace/${data}`,
      readFileSync(new URL(`node_modules/vega-datasets/data/${data}`, ROOT)),
    );
    const outcome = await guest.run(example(script));
    expect(outcome).toMatchObject({ error: null, files, truncated: false });
    expect(outcome.value?.json).toEqual(value);
    expect(guest.takeStdout()).toContain(stdout);
  });
});

it('runaway.py is valid Python', async () => {
  expect(
    (await guest.run(`compile(${JSON.stringify(example('runaway.py'))}, "runaway.py", "exec");`)).error,
  ).toBeNull();
});
