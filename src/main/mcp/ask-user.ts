/** The protocol's side of questions to the client's user: they go out as the answer to a call, which is then made again. */
import {
  inputRequired,
  inputResponse,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { argumentsIn } from './asked-arguments.ts';
import type { UserQuestion, UserReply } from './input-questions.ts';
import type { RunStep } from './python-server.ts';
import { ToolError } from './tool-error.ts';
import { withinBudget } from './text-budget.ts';

const PROMPT_BYTES = 1000;

/** The names of the one question of an answer. */
const LINE = 'line';
const PERMISSION = 'permission';
const Line = z.object({ [LINE]: z.string().max(100_000).meta({ title: 'Input' }) });
const Permission = z.object({
  [PERMISSION]: z.enum(['no', 'once', 'script']).meta({
    title: 'Allow it?',
    description: '"once": this call; "script": all calls of this function by this script; "no": it is denied',
  }),
});
/** Which question a client answers: it is the client's to give back. */
const QUESTION = /^([\w-]{1,64})\/(\d{1,9})$/u;

const Capabilities = z.object({
  elicitation: z.object({ form: z.looseObject({}).optional(), url: z.looseObject({}).optional() }).optional(),
});

/** By a form: a declaration that names no way means one, too. */
export const canElicit = (capabilities: unknown): boolean => {
  const { elicitation } = Capabilities.safeParse(capabilities).data ?? {};
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
};

/** The question goes out as the answer to the call; the client calls again with what its user said. */
export const asAnswer = (step: RunStep): CallToolResult | InputRequiredResult => {
  switch (step.kind) {
    case 'answer':
      return { ...step.answer };
    case 'question':
      return inputRequired({
        inputRequests: requestOf(step.question.asked),
        requestState: `${step.session}/${step.question.number}`,
      });
  }
};

const requestOf = (
  asked: UserQuestion,
): NonNullable<Parameters<typeof inputRequired>[0]['inputRequests']> => {
  switch (asked.kind) {
    case 'line': {
      const text = withinBudget(asked.prompt.trim(), PROMPT_BYTES).text;
      const message =
        text === '' ? 'The Python script asks for a line of input.' : `The Python script asks: ${text}`;
      return { [LINE]: inputRequired.elicit({ message, requestedSchema: Line }) };
    }
    case 'call': {
      const message = `The Python script wants to call ${asked.call.name} with ${argumentsIn(asked.call) ?? '…'}`;
      return { [PERMISSION]: inputRequired.elicit({ message, requestedSchema: Permission }) };
    }
  }
};

/** What the user said to a question. Undefined when this is no answer to one. */
export const replyFrom = ({
  mcpReq,
}: ServerContext):
  { readonly session: string; readonly question: number; readonly reply: UserReply } | undefined => {
  const state = mcpReq.requestState();
  if (typeof state !== 'string') return undefined;
  const [, session, question] = QUESTION.exec(state) ?? [];
  if (session === undefined)
    throw new ToolError('invalid-argument', 'the state of the request is not one that this server gives');
  return { session, question: Number(question), reply: replyOf(mcpReq.inputResponses) };
};

const replyOf = (responses: ServerContext['mcpReq']['inputResponses']): UserReply => {
  const permission = inputResponse(responses, PERMISSION);
  if (permission.kind === 'elicit') {
    // Whatever is not one of the words allows nothing.
    const said = permission.action === 'accept' ? Permission.safeParse(permission.content).data : undefined;
    return { kind: 'call', permission: said?.[PERMISSION] ?? 'no' };
  }
  const line = inputResponse(responses, LINE);
  const accepted = line.kind === 'elicit' && line.action === 'accept';
  return { kind: 'line', line: accepted ? Line.parse(line.content)[LINE] : null };
};
