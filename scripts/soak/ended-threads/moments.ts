/** When in its life a thread is ended: what follows from a seed and the thread's number. */
import { makeRandom } from '../../../tests/support/random.ts';

/** What a guest does when its thread is ended. Each prints first, or asks for input: then it is under way. */
export const OCCUPATIONS = {
  'in a loop': 'print(1, flush=True)\nwhile True: pass',
  'in a loop that takes no interrupt':
    'print(1, flush=True)\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass',
  'in a loop inside of C': 'print(1, flush=True)\nsum(range(10**12))',
  'while it prints': 'while True: print("x" * 10_000)',
  'while it shows': 'while True: display({"text/html": "<b>x</b>" * 100}, raw=True)',
  'while it waits for input': 'input("?")',
  'in a sleep': 'import time\nprint(1, flush=True)\ntime.sleep(3600)',
  'in an await': 'import asyncio\nprint(1, flush=True)\nawait asyncio.sleep(3600)',
  'in a storm of tasks':
    'import asyncio\nprint(1, flush=True)\nwhile True: await asyncio.gather(*(asyncio.sleep(0) for _ in range(100)))',
  'while it takes memory': 'print(1, flush=True)\nx = []\nwhile True: x.append(bytes(100_000))',
} as const;
export type Occupation = keyof typeof OCCUPATIONS;

export type Moment =
  /** So far into its way to an interpreter that waits for a snapshot. */
  | { readonly kind: 'before its snapshot'; readonly share: number }
  /** So far into its start from a snapshot. */
  | { readonly kind: 'while it starts'; readonly share: number }
  /** So far into a start from nothing. */
  | { readonly kind: 'while it starts from nothing'; readonly share: number }
  | { readonly kind: 'once it has started' }
  /** So long after the guest's first sign. */
  | { readonly kind: 'in a run'; readonly occupation: Occupation; readonly afterMs: number };

/** Of all threads, what is ended there. The rest is in a run. */
const SHARES: readonly (readonly [kind: Exclude<Moment['kind'], 'in a run'>, share: number])[] = [
  ['before its snapshot', 0.55],
  ['while it starts', 0.38],
  ['once it has started', 0.01],
  ['while it starts from nothing', 0.005],
];

/** More of them early: most of what a thread goes through comes then, and a late end costs as much as a whole start. */
const EARLINESS = 3;

const LONGEST_IN_RUN_MS = 60;
const OCCUPATION_NAMES = Object.keys(OCCUPATIONS) as Occupation[];

/** Spreads the numbers of threads, so that neighbours have nothing in common. */
const SPREAD = 0x9e37_79b1;

export const momentOf = (seed: number, index: number): Moment => {
  const random = makeRandom((seed + Math.imul(index, SPREAD)) >>> 0);
  let chosen = random();
  for (const [kind, share] of SHARES) {
    chosen -= share;
    if (chosen >= 0) continue;
    return kind === 'once it has started' ? { kind } : { kind, share: random() ** EARLINESS };
  }
  const occupation = OCCUPATION_NAMES[Math.floor(random() * OCCUPATION_NAMES.length)] ?? 'in a loop';
  return { kind: 'in a run', occupation, afterMs: random() * LONGEST_IN_RUN_MS };
};

/** What was hit, for the count. */
export const nameOf = (moment: Moment): string =>
  moment.kind === 'in a run' ? moment.occupation : moment.kind;
