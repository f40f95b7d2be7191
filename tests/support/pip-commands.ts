/** Lines that install, with the names of the packages that they ask for: read the same inside of an interpreter and outside. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const file = path.join(import.meta.dirname, '..', 'cases', 'pip-commands.json');

export const PIP_COMMANDS = z
  .array(z.tuple([z.string(), z.array(z.string())]))
  .parse(JSON.parse(readFileSync(file, 'utf8')));
