/** Tools of servers as functions in Python. What a server lists is any text: none of it is more than a word about a tool. */
import { LIMITS } from '../../shared/limits.ts';
import { FunctionError, FunctionSet } from '../functions/function-set.ts';
import type { HostFunction } from '../functions/host-function.ts';
import { largeValueProblem } from '../functions/schema-work.ts';
import { oneLine } from '../foreign-text/printable.ts';
import { Yielder } from '../foreign-text/yielder.ts';
import { memberName } from './python-names.ts';
import type { ServerSettings } from './server-list.ts';
import type { ListedTool } from './tool-list.ts';
import { TEXT_OR_DATA } from './tool-result.ts';
import { plainSchema, visibleText } from './tool-schema.ts';

/** Of one tool, in UTF-16 units. */
const MAX_DESCRIPTION = 2000;
const MAX_SCHEMA = 16_000;
/** What Python is told of all functions, in UTF-16 units. */
const MAX_TOLD = LIMITS.functionTextLength / 2 - LIMITS.functionCount;
/** Of one server's name for a tool, in UTF-16 units, and what is shown of it. */
const MAX_NAME = 256;
const SHOWN_NAME = 64;

/** What takes any arguments by their names. */
const ANY_ARGUMENTS = { type: 'object', additionalProperties: true } as const;

/** Calls a tool of that server by the name that the server gives it. */
export type CallTool = (tool: string, input: unknown, signal: AbortSignal) => Promise<unknown>;

export interface OfferedServer {
  readonly settings: ServerSettings;
  readonly tools: readonly ListedTool[];
  readonly call: CallTool;
}

export interface ToolFunctions {
  readonly functions: FunctionSet;
  /** Tools that can't be had as functions, and why; fit to print. */
  readonly leftOut: readonly string[];
}

/** Gives way to others between tools: a schema takes its time, and there may be many. */
export const toolFunctions = async (servers: readonly OfferedServer[]): Promise<ToolFunctions> => {
  const yielder = new Yielder();
  const functions = new Map<string, FunctionSet>();
  const leftOut: string[] = [];
  let told = 0;
  for (const { call, settings, tools } of servers) {
    for (const [index, tool] of tools.entries()) {
      const place = `${oneLine(settings.name)}: tool ${oneLine(tool.name.slice(0, SHOWN_NAME))}`;
      const leave = (why: string): unknown => leftOut.push(`${place} is left out: ${why}`);
      const member = tool.name.length > MAX_NAME ? null : memberName(tool.name);
      if (member === null) {
        leave('there is no name of Python for it');
        continue;
      }
      const name = `${settings.pythonName}.${member}`;
      if (functions.has(name)) {
        leave(`another one is ${name} already`);
        continue;
      }
      await yielder.pause();
      const one = functions.size < LIMITS.functionCount ? functionOf(name, tool, settings, call) : null;
      if (one === null || told + one.toldLength > MAX_TOLD) {
        // Nor is looked at those after it; the next server's may be shorter.
        leftOut.push(
          `${oneLine(settings.name)}: ${tools.length - index} tools are left out: there are too many, or too much is said of them`,
        );
        break;
      }
      told += one.toldLength;
      functions.set(name, one);
    }
  }
  return { functions: FunctionSet.joined([...functions.values()]), leftOut };
};

/** The function alone in a set. */
const functionOf = (
  name: string,
  tool: ListedTool,
  settings: ServerSettings,
  call: CallTool,
): FunctionSet => {
  const given = {
    description: visibleText(tool.description ?? '', MAX_DESCRIPTION),
    confirm: settings.policyOf(tool.name),
  };
  const handler: HostFunction['handler'] = (input, { signal }) => call(tool.name, input, signal);
  const output = tool.outputSchema === undefined ? TEXT_OR_DATA : plainSchema(tool.outputSchema);
  const problemOf = largeValueProblem(output);
  const described = {
    ...given,
    input: { ...plainSchema(tool.inputSchema), type: 'object' },
    output,
    handler: async (...called: Parameters<HostFunction['handler']>): Promise<unknown> => {
      const value = await handler(...called);
      // Schema and result are both the server's: together they could keep zod at work for very long.
      const problem = problemOf(value);
      if (problem !== null) throw new Error(`its result is not what it should be: ${problem}`);
      return value;
    },
  };
  return (
    prepared(name, described) ?? new FunctionSet({ [name]: { ...given, input: ANY_ARGUMENTS, handler } })
  );
};

/** Null when values can't be checked by its schemas. */
const prepared = (name: string, declared: HostFunction): FunctionSet | null => {
  try {
    if (JSON.stringify([declared.input, declared.output]).length > MAX_SCHEMA) return null;
    return new FunctionSet({ [name]: declared });
  } catch (error) {
    // V8 has a longest text, too.
    if (error instanceof FunctionError || error instanceof RangeError) return null;
    throw error;
  }
};
