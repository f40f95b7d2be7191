import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { soakHostile } from './hostile.ts';
import { Order, ORDER_VARIABLE, type Report } from './order.ts';
import type { Surroundings } from './soaked-sandbox.ts';
import { soakRuns } from './runs.ts';
import { soakStarts } from './starts.ts';
import { soakWorkers } from './workers.ts';

/** Does what it is told and writes the report. */
export const drive = async (surroundings: Surroundings): Promise<void> => {
  const order = Order.parse(JSON.parse(readFileSync(process.env[ORDER_VARIABLE] ?? '', 'utf8')));
  process.env['VIVARIUM_DATA_DIR'] = order.dataFolder;
  writeFileSync(order.reportFile, JSON.stringify(await soak(order, surroundings)));
};

const soak = (order: Order, surroundings: Surroundings): Promise<Report> => {
  switch (order.part) {
    case 'starts':
      return soakStarts(order, surroundings);
    case 'workers':
      return soakWorkers(order, surroundings);
    case 'runs':
      return soakRuns(order, surroundings);
    case 'hostile':
      return soakHostile(order, surroundings);
  }
};

export const logToStderr = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
