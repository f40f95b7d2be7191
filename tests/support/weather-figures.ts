/** What examples/weather.py finds; computed a second time, by other means, with the host's CPython. */
export const WEATHER = {
  value: {
    days: 1461,
    mean_high_by_month: {
      Jan: 8.2,
      Feb: 9.9,
      Mar: 12.4,
      Apr: 15,
      May: 19.3,
      Jun: 22.4,
      Jul: 26,
      Aug: 26.1,
      Sep: 21.9,
      Oct: 16.4,
      Nov: 11,
      Dec: 8.2,
    },
    wettest_month: { month: '2015-12', millimetres: 284.5 },
    warmest_year: { year: 2015, mean_high: 17.43 },
  },
  stdout: 'Aug   26.1  ██████████████████████████\n',
} as const;
