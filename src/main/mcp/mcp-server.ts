/** The protocol's side: tools and resources of one connection. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { AllowedFolders } from './allowed-folders.ts';
import { FolderError } from './allowed-folders.ts';
import { ToolError, type CallContext, type PythonServer, type RunStep } from './python-server.ts';
import { withinBudget } from './text-budget.ts';
import {
  FilesOutput,
  ReadInput,
  ReadOutput,
  ResetOutput,
  RunInput,
  RunOutput,
  SessionInput,
  WriteInput,
  WriteOutput,
} from './tool-schemas.ts';

export interface McpServerParts {
  readonly python: PythonServer;
  readonly folders: AllowedFolders;
  readonly version: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
}

/** Of a file in one answer, in bytes. */
const READ_BYTES = 12_000;
/** Of a resource, in bytes: base64 of it stays within what clients take. */
const RESOURCE_BYTES = 700 * 1024;
const LISTED_FILES = 200;
const MS_PER_SECOND = 1000;
/** Questions of one script, in the revision in which the server asks within one call. */
const MAX_QUESTIONS = 100;
const PROMPT_BYTES = 1000;
/** The name of the one question of an answer. */
const LINE = 'line';
const Line = z.object({ [LINE]: z.string().max(100_000).meta({ title: 'Input' }) });
/** Which question a client answers: it is the client's to give back. */
const QUESTION = /^([\w-]{1,64})\/(\d{1,9})$/u;

const describe = ({ folders, memoryMiB, timeoutSeconds }: McpServerParts): string =>
  [
    'Runs Python 3.14 in a sandbox (WebAssembly): code that may fail, loop or be wrong does no harm.',
    'Shows what is printed and the value of the last expression; plots of Matplotlib come as pictures.',
    'Variables and files in /workspace stay in the session whose handle the answer names; pass it on to use them.',
    'Packages such as numpy, pandas, matplotlib, scipy, scikit-learn, sympy and openpyxl are installed when imported.',
    `The code may take ${timeoutSeconds} s unless timeout_seconds says otherwise, and ${memoryMiB} MiB of memory.`,
    "input() asks the user, where the client can do that. There is no network and no access to the user's files; /workspace is all there is.",
    `Folders of the user's computer that files may come from by "path": ${folders.description}.`,
  ].join(' ');

const Capabilities = z.object({
  elicitation: z.object({ form: z.looseObject({}).optional(), url: z.looseObject({}).optional() }).optional(),
});

/** By a form: a declaration that names no way means one, too. */
const canElicit = (capabilities: unknown): boolean => {
  const { elicitation } = Capabilities.safeParse(capabilities).data ?? {};
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
};

/** The question goes out as the answer to the call; the client calls again with what its user said. */
const asAnswer = (step: RunStep): CallToolResult | InputRequiredResult => {
  switch (step.kind) {
    case 'answer':
      return { ...step.answer };
    case 'input': {
      const { number, prompt } = step.question;
      const text = withinBudget(prompt.trim(), PROMPT_BYTES).text;
      const message =
        text === '' ? 'The Python script asks for a line of input.' : `The Python script asks: ${text}`;
      return inputRequired({
        inputRequests: { [LINE]: inputRequired.elicit({ message, requestedSchema: Line }) },
        requestState: `${step.session}/${number}`,
      });
    }
  }
};

/** What the user said to a question; a line of null is none. Undefined when this is no answer to one. */
const givenLine = ({
  mcpReq,
}: ServerContext):
  { readonly session: string; readonly question: number; readonly line: string | null } | undefined => {
  const state = mcpReq.requestState();
  if (typeof state !== 'string') return undefined;
  const [, session, question] = QUESTION.exec(state) ?? [];
  if (session === undefined)
    throw new ToolError('the state of the request is not one that this server gives');
  const response = inputResponse(mcpReq.inputResponses, LINE);
  const accepted = response.kind === 'elicit' && response.action === 'accept';
  const line = accepted ? Line.parse(response.content)[LINE] : null;
  return { session, question: Number(question), line };
};

const contextOf = ({ mcpReq }: ServerContext, gone: AbortSignal | undefined, canAsk = false): CallContext => {
  const token = mcpReq._meta?.progressToken;
  let progress = 0;
  return {
    canAsk,
    signal: gone === undefined ? mcpReq.signal : AbortSignal.any([mcpReq.signal, gone]),
    progress: (message) => {
      if (token === undefined) return;
      progress += 1;
      const told = mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: token, progress, message },
      });
      // A client that is gone hears nothing.
      told.catch(() => undefined);
    },
  };
};

interface Failed {
  readonly [key: string]: unknown;
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly isError: true;
}

/** Errors are returned to the model as results, so that it can correct the call. */
const orFailed = async <T>(work: () => Promise<T>): Promise<T | Failed> => {
  try {
    return await work();
  } catch (error) {
    const isOurs = error instanceof ToolError || error instanceof FolderError;
    const text = error instanceof Error ? error.message : 'something went wrong';
    return {
      content: [{ type: 'text', text: withinBudget(isOurs ? text : `it failed: ${text}`, 2000).text }],
      isError: true,
    };
  }
};

/** @param gone aborted when there is no one left to answer, where the protocol itself does not tell */
export const mcpServer = (parts: McpServerParts, gone?: AbortSignal): McpServer => {
  const { python, timeoutSeconds, version } = parts;
  const server = new McpServer(
    { name: 'vivarium', title: 'Vivarium: Python under glass', version },
    { capabilities: { tools: {}, resources: {} }, inputRequired: { maxRounds: MAX_QUESTIONS } },
  );
  /** Each request says it in the current revision, the first one in the revision before. */
  const canAsk = ({ mcpReq }: ServerContext): boolean => {
    const ofRequest: unknown = Reflect.get(mcpReq.envelope ?? {}, CLIENT_CAPABILITIES_META_KEY);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- requests of the revision before do not say it
    return canElicit(ofRequest ?? server.server.getClientCapabilities());
  };
  server.registerTool(
    'run_python_code',
    {
      title: 'Run Python code',
      description: describe(parts),
      inputSchema: RunInput,
      outputSchema: RunOutput,
      annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
    },
    ({ files = [], packages = [], script, session, timeout_seconds: seconds = timeoutSeconds }, context) =>
      orFailed(async () => {
        const follow = contextOf(context, gone, canAsk(context));
        const given = givenLine(context);
        if (given !== undefined)
          return asAnswer(await python.goOn(given.session, given.question, given.line, follow));
        const timeoutMs = Math.round(seconds * MS_PER_SECOND);
        return asAnswer(await python.run({ script, session, packages, files, timeoutMs }, follow));
      }),
  );
  server.registerTool(
    'reset_session',
    {
      title: 'Reset a Python session',
      description: 'Stops what runs in a session, and forgets its variables and files.',
      inputSchema: SessionInput,
      outputSchema: ResetOutput,
    },
    ({ session }, context) =>
      orFailed(async () => {
        const had = await python.reset(session, contextOf(context, gone));
        return {
          content: [{ type: 'text', text: had ? 'The session is empty now.' : 'The session had no state.' }],
          structuredContent: { had_state: had },
        };
      }),
  );
  server.registerTool(
    'list_files',
    {
      title: 'List files of a Python session',
      description: 'Lists the files in /workspace of a session.',
      inputSchema: SessionInput,
      outputSchema: FilesOutput,
      annotations: { readOnlyHint: true },
    },
    ({ session }, context) =>
      orFailed(async () => {
        const files = await python.files(session, contextOf(context, gone));
        const listed = files.slice(0, LISTED_FILES).filter(({ name }) => !withinBudget(name, 200).cut);
        const shown = withinBytes(listed);
        const hidden = files.length - shown.length;
        const text = `${files.length} files${hidden === 0 ? '' : `, of which ${hidden} are left out here`}`;
        return { content: [{ type: 'text', text }], structuredContent: { files: shown } };
      }),
  );
  server.registerTool(
    'read_file',
    {
      title: 'Read a file of a Python session',
      description:
        `Reads a file in /workspace of a session, ${READ_BYTES} bytes at a time, or writes all of it to a path of the ` +
        `user's computer. Folders that are open to this server: ${parts.folders.description}.`,
      inputSchema: ReadInput,
      outputSchema: ReadOutput,
    },
    ({ name, offset = 0, session, to_path: target }, context) =>
      orFailed(async () => {
        if (target !== undefined) {
          const saved = await python.save(session, name, target, contextOf(context, gone));
          return {
            content: [{ type: 'text', text: 'The file was written.' }],
            structuredContent: { size: saved, offset: 0, next_offset: null, encoding: 'none' as const },
          };
        }
        const bytes = await python.read(session, name, contextOf(context, gone));
        const part = partOf(bytes, offset);
        const next = offset + part.length < bytes.byteLength ? offset + part.length : null;
        return {
          content: [{ type: 'text', text: part.text }],
          structuredContent: { size: bytes.byteLength, offset, next_offset: next, encoding: part.encoding },
        };
      }),
  );
  server.registerTool(
    'write_file',
    {
      title: 'Write a file into a Python session',
      description: `Puts a file into /workspace of a session. ${describePaths(parts)}`,
      inputSchema: WriteInput,
      outputSchema: WriteOutput,
    },
    ({ session, ...file }, context) =>
      orFailed(async () => {
        const written = await python.write(session, file, contextOf(context, gone));
        return { content: [{ type: 'text', text: 'The file was written.' }], structuredContent: written };
      }),
  );
  server.registerResource(
    'file',
    new ResourceTemplate('vivarium://session/{session}/files/{name}', { list: undefined }),
    { title: 'File of a Python session' },
    async (uri, _variables, context) => {
      const [, session = '', , name = ''] = uri.pathname.split('/');
      const bytes = await python.read(session, decoded(name), contextOf(context, gone));
      if (bytes.byteLength > RESOURCE_BYTES) {
        throw new ToolError(`the file has ${bytes.byteLength} bytes; read it in parts with read_file`);
      }
      const text = textOf(bytes);
      return {
        contents: [
          text === null
            ? { uri: uri.href, blob: Buffer.from(bytes).toString('base64') }
            : { uri: uri.href, mimeType: 'text/plain', text },
        ],
      };
    },
  );
  server.registerResource(
    'output',
    new ResourceTemplate('vivarium://session/{session}/outputs/{number}', { list: undefined }),
    { title: 'What a run has shown' },
    (uri) => {
      const output = python.output(uri.href);
      if (output === undefined) throw new ToolError('that output is not kept any more; show it again');
      const { data, mime } = output;
      const isBinary = mime.startsWith('image/') && mime !== 'image/svg+xml';
      return {
        contents: [
          isBinary
            ? { uri: uri.href, mimeType: mime, blob: data }
            : { uri: uri.href, mimeType: mime, text: data },
        ],
      };
    },
  );
  return server;
};

const describePaths = ({ folders }: McpServerParts): string =>
  `Folders of the user's computer that it may come from by "path": ${folders.description}.`;

/** So many of the files as a list of theirs may have bytes. */
const withinBytes = <T extends { readonly name: string }>(files: readonly T[]): T[] => {
  let left = 20_000;
  return files.filter(({ name }) => {
    left -= Buffer.byteLength(name) * 2 + 80;
    return left >= 0;
  });
};

const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new ToolError('the address is not percent-encoded as it should be; take it from an answer');
  }
};

const textOf = (bytes: Uint8Array): string | null => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
};

/** Whole characters, if it is text. */
const partOf = (
  bytes: Uint8Array,
  offset: number,
): { readonly text: string; readonly length: number; readonly encoding: 'text' | 'base64' } => {
  const part = bytes.subarray(offset, offset + READ_BYTES);
  // A character may go on behind the part.
  for (let cut = 0; cut < 4; cut += 1) {
    const whole = part.subarray(0, part.byteLength - cut);
    const text = textOf(whole);
    if (text !== null && (whole.byteLength > 0 || part.byteLength === 0)) {
      return { text, length: whole.byteLength, encoding: 'text' };
    }
  }
  return { text: Buffer.from(part).toString('base64'), length: part.byteLength, encoding: 'base64' };
};
