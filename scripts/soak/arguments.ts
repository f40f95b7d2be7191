import { parseArgs } from 'node:util';
import { NODE_MAJORS, type NodeMajor } from '../provision/node-engine-pins.ts';
import { errorMessage, SetupError } from '../shared/setup-error.ts';
import { PARTS, type PartName } from './order.ts';

export const ELECTRON = 'electron';
export type EngineName = typeof ELECTRON | NodeMajor;

export interface SoakArguments {
  readonly engines: readonly EngineName[];
  readonly parts: readonly PartName[];
  readonly starts: number;
  readonly workers: number;
  /** Chooses the moments at which workers are ended. */
  readonly seed: number;
  readonly runs: number;
  readonly minutes: number;
}

export const USAGE = `Usage: npm run soak -- [electron|22|24|26 …] [--only starts,workers,runs,hostile]
                      [--starts N] [--workers N] [--seed N] [--runs N] [--minutes N]`;

const ENGINES: readonly EngineName[] = [ELECTRON, ...NODE_MAJORS];

/** @throws SetupError when they can't be understood */
export const readSoakArguments = (given: readonly string[]): SoakArguments => {
  const { values, positionals } = parsed(given);
  const engines = positionals.map((name) => {
    const found = ENGINES.find((engine) => String(engine) === name);
    if (found === undefined) throw wrong(`there is no engine "${name}"`);
    return found;
  });
  const parts = (values.only?.split(',') ?? []).map((name) => {
    const found = PARTS.find((part) => part === name);
    if (found === undefined) throw wrong(`there is no part "${name}"`);
    return found;
  });
  return {
    engines: engines.length === 0 ? ENGINES : ENGINES.filter((engine) => engines.includes(engine)),
    parts: values.only === undefined ? PARTS : PARTS.filter((part) => parts.includes(part)),
    starts: whole(values.starts, '--starts'),
    workers: whole(values.workers, '--workers'),
    seed: whole(values.seed, '--seed'),
    runs: whole(values.runs, '--runs'),
    minutes: positive(values.minutes, '--minutes'),
  };
};

const parsed = (given: readonly string[]) => {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        starts: { type: 'string', default: '300' },
        workers: { type: 'string', default: '10000' },
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: '200' },
        minutes: { type: 'string', default: '10' },
      },
    });
  } catch (error) {
    throw wrong(errorMessage(error));
  }
};

const positive = (text: string, option: string): number => {
  const value = /^\d{1,6}(?:\.\d{1,3})?$/u.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw wrong(`${option} must be a number above 0, not "${text}"`);
};

const whole = (text: string, option: string): number => {
  const value = positive(text, option);
  if (Number.isInteger(value)) return value;
  throw wrong(`${option} must be a whole number, not "${text}"`);
};

const wrong = (problem: string): SetupError => new SetupError(`${problem}\n${USAGE}`);
