/** Texts that are made to take long, filled up to a cap. */

export interface Adversarial {
  readonly label: string;
  readonly text: string;
}

export const filled = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** A beginning and an end, and nothing but one thing in between. */
export const between = (start: string, unit: string, end: string, length: number): Adversarial => ({
  label: JSON.stringify(`${start}${unit}…${end}`),
  text: start + filled(unit, Math.max(0, length - start.length - end.length)) + end,
});

/** Each of the tokens, and each two of them, again and again. */
export function* pairs(
  tokens: readonly string[],
  length: number,
  start = '',
  end = '',
): Generator<Adversarial> {
  for (const first of tokens) {
    for (const second of ['', ...tokens]) {
      if (first !== second) yield between(start, first + second, end, length);
    }
  }
}

/** What trips readers of lines and of words up: other line ends, blanks of all kinds, what combines with its neighbour. */
export const ODD = [
  '\u2028',
  '\u0085',
  '\r',
  '\u00a0',
  '\t',
  '\u0301',
  '\ufeff',
  '\ud83d',
  '\u0000',
  'İ',
] as const;

/** JSON of so many bytes, about: one of each kind, as long as it may be. */
export function* longJson(bytes: number): Generator<Adversarial> {
  for (const unit of ['1,', '[],', ' ']) yield between('[', unit, '1]', bytes);
  for (const unit of ['a', '\\n', 'é']) yield between('["', unit, '"]', bytes - (bytes % 2));
  const keys = Array.from({ length: Math.floor(bytes / 12) }, (_none, index) => `"${index.toString(36)}":1`);
  yield { label: 'keys', text: `{${keys.join(',')}}` };
  yield { label: 'nested', text: '['.repeat(bytes / 2) + ']'.repeat(bytes / 2) };
}

/** JSON of so many bytes, about, in all manners. */
export function* hostileJson(bytes: number): Generator<Adversarial> {
  const units = [
    ...['1,', '[],', '{},', '"",', '"a",', 'null,', '[[],[]],', '{"a":1},', '1e9,', '-', '[', '{"a":', '"\\'],
    ...[' ', '\n', '\\', '"', ',', ':', ']', '}', '\\u0041', '1', 't', '\u2028', 'é', '😀'],
  ];
  for (const unit of units) yield between('[', unit, '', bytes);
  for (const unit of [
    'a',
    '\\n',
    '\\u0041',
    '\\ud83d',
    '\\ud83d\\ude00',
    'é',
    '中',
    '😀',
    'a\\n',
    'aé',
    '\\"',
  ])
    yield between('["', unit, '"]', bytes - (bytes % 2));
  const keys = Array.from({ length: Math.floor(bytes / 12) }, (_none, index) => `"${index.toString(36)}":1`);
  yield { label: 'keys', text: `{${keys.join(',')}}` };
  const numbers = Array.from({ length: Math.floor(bytes / 14) }, (_none, index) => `"${index * 65_536}":1`);
  yield { label: 'keys that are numbers', text: `{${numbers.join(',')}}` };
  yield { label: 'nested', text: '['.repeat(bytes / 2) + ']'.repeat(bytes / 2) };
  yield { label: 'nested objects', text: '{"a":'.repeat(bytes / 6) + '1' + '}'.repeat(bytes / 6) };
  yield { label: 'one key again and again', text: `{${filled('"a":1,', bytes)}"b":1}` };
}
