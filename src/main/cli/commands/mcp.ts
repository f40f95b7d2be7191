import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { DEFAULTS } from '../../../shared/limits.ts';
import { systemClock } from '../../base/clock.ts';
import { AllowedFolders, type AllowedFolder } from '../../mcp/allowed-folders.ts';
import { PythonServer } from '../../mcp/python-server.ts';
import type { CliDependencies } from '../dependencies.ts';
import { parseMemory, parseTimeout } from '../input/option-values.ts';
import { EXIT_CODES, type ExitCode } from '../output/exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import {
  packageSourceOptionsOf,
  packageSourcesFrom,
  withPackageSourceOptions,
  type PackageSourceOptions,
  type PackageSourceFlags,
} from './package-source-options.ts';
import { CONNECT_HELP, connectServers, serverListAt } from './connect-servers.ts';
import { MS_PER_SECOND } from '../../../shared/units.ts';
import { systemErrorCode } from '../../base/system-error.ts';

export interface McpArguments {
  readonly memory: string | undefined;
  readonly timeout: string | undefined;
  readonly folders: readonly string[];
  /** File that names servers whose tools code may call. */
  readonly connect: string | undefined;
  /** Port to serve on instead of stdin and stdout. */
  readonly http: string | undefined;
  readonly packageSources: PackageSourceOptions;
}

interface Flags extends PackageSourceFlags {
  readonly memory?: string;
  readonly timeout?: string;
  readonly allowDir?: readonly string[];
  readonly connect?: string;
  readonly http?: string;
}

const MAX_PORT = 65_535;
/** What the user may give a token of their own by. */
const TOKEN_VARIABLE = 'VIVARIUM_MCP_TOKEN';
const TOKEN = /^[!-~]{16,512}$/u;
const TOKEN_BYTES = 24;

/** Adds `vivarium mcp` to the program; `choose` gets the arguments when it is the command given. */
export function defineMcp(program: Command, cwd: string, choose: (args: McpArguments) => void): void {
  const command = program
    .command('mcp')
    .summary('offer Python to an agent, over the Model Context Protocol')
    .description(
      'Serve one client of the Model Context Protocol on stdin and stdout, until it is gone. Nothing else is printed there.',
    )
    .option('--timeout <SECONDS>', 'time limit of a run that says none of its own', '60')
    .option('--memory <MIB>', 'WebAssembly memory of each session')
    .option(
      '--allow-dir <PATH>',
      'let files be read from this folder; with ":rw" after it, also written to (may be given several times)',
      (folder: string, before: readonly string[] | undefined) => [...(before ?? []), folder],
    )
    .option('--connect <FILE>', CONNECT_HELP)
    .option(
      '--http <PORT>',
      `serve clients on this computer over HTTP instead; 0 for a port that is free. Clients need a token: that in ${TOKEN_VARIABLE}, else a new one, which is printed`,
    );
  withPackageSourceOptions(command).action(
    ({ allowDir = [], connect, http, memory, timeout, ...packageSources }: Flags) => {
      choose({
        connect,
        http,
        memory,
        timeout,
        folders: allowDir,
        packageSources: packageSourceOptionsOf(packageSources, cwd),
      });
    },
  );
}

/** Carries out `vivarium mcp`. @throws UsageError before anything is served */
export async function runMcp(args: McpArguments, dependencies: CliDependencies): Promise<ExitCode> {
  const { io, version } = dependencies;
  const memoryMiB = args.memory === undefined ? DEFAULTS.memoryMiB : parseMemory(args.memory);
  const timeoutMs = args.timeout === undefined ? DEFAULTS.timeoutMs : parseTimeout(args.timeout);
  const folders = new AllowedFolders(args.folders.map((given) => folderOf(given, io.cwd)));
  const http = args.http === undefined ? null : { port: parsePort(args.http), ...tokenFrom(process.env) };
  const packages = packageSourcesFrom(args.packageSources, await dependencies.packageSettings(), process.env);
  const stop = new AbortController();
  const list = args.connect === undefined ? null : await serverListAt(args.connect, io.cwd, stop.signal);
  const unhear = io.onInterrupt(() => stop.abort());
  // A client may close it.
  io.stderr.on('error', () => undefined);
  const say = (line: string): unknown => io.stderr.write(`vivarium: ${line}\n`);
  const servers = list === null ? null : await connectServers(list, { version, say, signal: stop.signal });
  const python = new PythonServer({
    open: () => dependencies.openSessions({ memoryMiB, outputKiB: DEFAULTS.outputKiB, packages }),
    folders,
    clock: systemClock,
    functions: servers?.functions,
  });
  try {
    const serving = {
      functions: servers ?? undefined,
      python,
      folders,
      version,
      memoryMiB,
      timeoutSeconds: timeoutMs / MS_PER_SECOND,
      signal: stop.signal,
    };
    // Only this command pays for loading them.
    if (http === null) {
      const { serveOverStdio } = await import('../../mcp/serve-stdio.ts');
      await serveOverStdio({ ...serving, stdin: io.stdin, stdout: io.stdout });
    } else {
      const { serveOverHttp } = await import('../../mcp/serve-http.ts');
      await serveOverHttp({
        ...serving,
        port: http.port,
        token: http.token,
        onListening: (address) => {
          const token = http.isNew ? `Authorization: Bearer ${http.token}\n` : '';
          io.stdout.write(`${address}\n${token}`);
        },
      }).catch((error: unknown) => {
        throw new UsageError(
          `--http: port ${http.port} can't be had (${codeOf(error)}); choose another, or 0 for one that is free`,
        );
      });
    }
  } finally {
    unhear();
    await Promise.all([python.dispose(), servers?.close()]);
  }
  return EXIT_CODES.ok;
}

const codeOf = (error: unknown): string => systemErrorCode(error) ?? 'unknown reason';

const parsePort = (given: string): number => {
  const port = /^\d{1,5}$/u.test(given) ? Number(given) : Infinity;
  if (port <= MAX_PORT) return port;
  throw new UsageError(`--http: ${JSON.stringify(given)} is no port; give a number from 0 to ${MAX_PORT}`);
};

const tokenFrom = (env: NodeJS.ProcessEnv): { readonly token: string; readonly isNew: boolean } => {
  const given = env[TOKEN_VARIABLE];
  if (given === undefined || given === '')
    return { token: randomBytes(TOKEN_BYTES).toString('base64url'), isNew: true };
  if (TOKEN.test(given)) return { token: given, isNew: false };
  throw new UsageError(`${TOKEN_VARIABLE}: a token has 16 to 512 characters of ASCII and no spaces`);
};

const folderOf = (given: string, cwd: string): AllowedFolder => {
  const writable = given.endsWith(':rw');
  const folder = path.resolve(cwd, writable ? given.slice(0, -':rw'.length) : given.replace(/:ro$/u, ''));
  if (existsSync(folder) && statSync(folder).isDirectory()) return { folder, writable };
  throw new UsageError(`--allow-dir: ${JSON.stringify(folder)} is no folder; see "vivarium mcp --help"`);
};
