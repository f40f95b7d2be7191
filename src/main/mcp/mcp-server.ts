/** The protocol's side: tools and resources of one connection. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isBase64Content } from '../../shared/contract/mime-types.ts';
import { UNKNOWN_TYPE } from '../run/reported-files.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import { asAnswer, canElicit, replyFrom } from './ask-user.ts';
import { describePython, type CallableFunctions } from './describe-python.ts';
import type { CallContext, PythonServer } from './python-server.ts';
import { handleNote, printedAtEnd } from './run-answer.ts';
import { withinBudget } from './text-budget.ts';
import { ToolError, type ToolErrorCode } from './tool-error.ts';
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
import { MS_PER_SECOND } from '../../shared/units.ts';

export interface McpServerParts {
  readonly python: PythonServer;
  readonly folders: AllowedFolders;
  readonly version: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Of other servers, which code can call; absent where there are none. */
  readonly functions?: CallableFunctions | undefined;
}

const NO_EFFECT = { readOnlyHint: true, destructiveHint: false, openWorldHint: false } as const;
const ANY_EFFECT = { readOnlyHint: false, destructiveHint: true, openWorldHint: true } as const;

/** Of a file in one answer, in bytes. */
const READ_BYTES = 12_000;
/** Of a resource, in bytes: base64 of it stays within what clients take. */
const RESOURCE_BYTES = 700 * 1024;
const LISTED_FILES = 200;
const NO_STATE = '0 files: the session has no state; nothing was run in it yet, or it was reset or lost';
/** Questions of one script, in the revision in which the server asks within one call. */
const MAX_QUESTIONS = 100;

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

/** Where a failed call has its `ToolErrorCode`: structured content would have to be what the tool gives when it works. */
const ERROR_CODE = 'app.vivarium/error-code';

interface Failed {
  readonly [key: string]: unknown;
  readonly _meta: { readonly [ERROR_CODE]: ToolErrorCode };
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly isError: true;
}

/** Errors are returned to the model as results, so that it can correct the call. */
const orFailed = async <T>(work: () => Promise<T>): Promise<T | Failed> => {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof ToolError ? error : null;
    const text = error instanceof Error ? error.message : 'something went wrong';
    return {
      _meta: { [ERROR_CODE]: known?.code ?? 'internal' },
      content: [
        { type: 'text', text: withinBudget(known === null ? `it failed: ${text}` : text, 2000).text },
      ],
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
      description: describePython(parts),
      inputSchema: RunInput,
      outputSchema: RunOutput,
      // What functions of other servers do is theirs.
      annotations: parts.functions === undefined ? NO_EFFECT : ANY_EFFECT,
    },
    ({ files = [], packages = [], script, session, timeout_seconds: seconds = timeoutSeconds }, context) =>
      orFailed(async () => {
        const follow = contextOf(context, gone, canAsk(context));
        const given = replyFrom(context);
        if (given !== undefined)
          return asAnswer(await python.goOn(given.session, given.question, given.reply, follow));
        const timeoutMs = Math.round(seconds * MS_PER_SECOND);
        return asAnswer(await python.run({ script, session, packages, files, timeoutMs }, follow));
      }),
  );
  server.registerTool(
    'reset_session',
    {
      title: 'Reset a Python session',
      description: 'Stops what runs in a session, ends its program, and forgets its variables and files.',
      inputSchema: SessionInput,
      outputSchema: ResetOutput,
    },
    ({ session }, context) =>
      orFailed(async () => {
        const { end, had } = await python.reset(session, contextOf(context, gone));
        const text = had ? 'The session is empty now.' : 'The session had no state.';
        return {
          content: [{ type: 'text', text: `${text}${end === null ? '' : printedAtEnd(end)}` }],
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
        const found = await python.files(session, contextOf(context, gone));
        const files = found ?? [];
        const listed = files.slice(0, LISTED_FILES).filter(({ name }) => !withinBudget(name, 200).cut);
        const shown = withinBytes(listed);
        const hidden = files.length - shown.length;
        const count =
          found === null
            ? NO_STATE
            : `${files.length} files${hidden === 0 ? '' : `, of which ${hidden} are left out here`}`;
        const text = [count, ...shown.map(({ name, size }) => `${name} (${size} bytes)`)].join('\n');
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
        const handle = session === undefined ? ` ${handleNote(written.session)}` : '';
        return {
          content: [{ type: 'text', text: `The file was written.${handle}` }],
          structuredContent: written,
        };
      }),
  );
  server.registerResource(
    'file',
    new ResourceTemplate('vivarium://session/{session}/files/{name}', { list: undefined }),
    { title: 'File of a Python session' },
    async (uri, _variables, context) => {
      const [, session = '', , name = ''] = uri.pathname.split('/');
      const { bytes, mime } = await python.readTyped(session, decoded(name), contextOf(context, gone));
      if (bytes.byteLength > RESOURCE_BYTES) {
        throw new ToolError(
          'too-large',
          `the file has ${bytes.byteLength} bytes; read it in parts with read_file`,
        );
      }
      const text = textOf(bytes);
      return {
        contents: [
          text === null
            ? { uri: uri.href, mimeType: mime, blob: Buffer.from(bytes).toString('base64') }
            : { uri: uri.href, mimeType: textTypeOf(mime), text },
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
      if (output === undefined)
        throw new ToolError('output-gone', 'that output is not kept any more; show it again');
      const { data, mime } = output;
      return {
        contents: [
          isBase64Content(mime, data)
            ? { uri: uri.href, mimeType: mime, blob: data }
            : { uri: uri.href, mimeType: textTypeOf(mime), text: data },
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
    throw new ToolError(
      'invalid-argument',
      'the address is not percent-encoded as it should be; take it from an answer',
    );
  }
};

/** What the list of files says, if it says anything. */
const textTypeOf = (mime: string): string => (mime === UNKNOWN_TYPE ? 'text/plain' : mime);

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
