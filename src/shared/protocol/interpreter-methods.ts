/**
 * What an interpreter's thread is asked for, declared once. The worker's contract has all of it; the sidecar's has
 * `interpreterMethods` with the interpreter's id, and the control thread passes those calls on as they are.
 */
import { z } from 'zod';
import { WorkspaceFileName } from '../contract/run.ts';
import { TABLE_LIMITS, TableQuery } from '../contract/table.ts';
import { LIMITS } from '../limits.ts';
import type { MethodSpec } from '../rpc/contract.ts';
import { FilePart, PieceBytes } from './interpreter.ts';
import { NameQuestion } from './name-reports.ts';
import { ModuleName } from './import-report.ts';
import { PACKAGE_LIMITS } from './package-limits.ts';

const Nothing = z.strictObject({});

/**
 * A question whose answer is a text of the guest's, hence hostile. It comes as UTF-8 in pieces; without a piece when
 * the guest core has no answer.
 *
 * @param maxBytes of the answer; whoever asks holds it to that by answers.ts
 */
const question = <P extends z.ZodObject>(params: P, maxBytes: number) => ({
  params,
  item: z.strictObject({ bytes: PieceBytes }),
  result: Nothing,
  maxBytes,
});

/** Answered by the guest core; see `GuestCore.ask`. */
export const guestQuestions = {
  /** The files below /workspace: a `GuestFileList` as JSON. */
  listFiles: question(Nothing, LIMITS.fileListBytes),
  /** What a piece of code imports that its interpreter does not have: an `ImportReport` as JSON. */
  findImports: question(
    z.strictObject({ code: z.string().max(LIMITS.codeBytes) }),
    PACKAGE_LIMITS.importReport,
  ),
  /** Rows of a data frame that was shown: a `TableAnswer` as JSON. */
  tableRows: question(TableQuery, TABLE_LIMITS.answerBytes),
  /** What is known of names without running code of the guest's: a `NameReport` as JSON. */
  lookUpNames: question(NameQuestion, LIMITS.nameReportBytes),
  /**
   * Imports modules and tries what is there: what came of it as a JSON object, which is always the same, or text that
   * says why it failed. Only in an interpreter that no guest enters.
   */
  tryPackages: question(
    z.strictObject({ modules: z.array(ModuleName).max(PACKAGE_LIMITS.modules) }),
    PACKAGE_LIMITS.tryReport,
  ),
} as const;
export type GuestQuestion = keyof typeof guestQuestions;
export type QuestionParams<Q extends GuestQuestion> = z.output<(typeof guestQuestions)[Q]['params']>;

/** What main may ask of an interpreter. */
export const interpreterMethods = {
  listFiles: guestQuestions.listFiles,
  findImports: guestQuestions.findImports,
  tableRows: guestQuestions.tableRows,
  lookUpNames: guestQuestions.lookUpNames,
  writeFile: { params: FilePart, result: Nothing },
  /** What is in a file below /workspace. */
  readFile: {
    params: z.strictObject({ name: WorkspaceFileName }),
    item: z.strictObject({ bytes: PieceBytes }),
    result: Nothing,
  },
  /** Removes a file below /workspace. */
  removeFile: { params: z.strictObject({ name: WorkspaceFileName }), result: Nothing },
  /** Answered when the thread is free: no run is under way in it. */
  whenIdle: { params: Nothing, result: Nothing },
} as const;
export type InterpreterMethod = keyof typeof interpreterMethods;

/** Interpreters of one sidecar process are told apart by these. */
export const InterpreterId = z.string().min(1).max(100);

type Methods = Readonly<Record<string, MethodSpec & { readonly params: z.ZodObject }>>;
type WithInterpreter<P extends z.ZodObject> = z.ZodObject<
  P['shape'] & { readonly interpreter: typeof InterpreterId },
  z.core.$strict
>;
type OfInterpreter<M extends Methods> = {
  readonly [K in keyof M]: Omit<M[K], 'params'> & { readonly params: WithInterpreter<M[K]['params']> };
};

/** The same methods for someone who has to say which interpreter is meant. */
export const ofInterpreter = <const M extends Methods>(methods: M): OfInterpreter<M> =>
  Object.fromEntries(
    Object.entries(methods).map(([name, spec]) => [
      name,
      { ...spec, params: spec.params.extend({ interpreter: InterpreterId }) },
    ]),
    // Each entry keeps its own types, which fromEntries can't express.
  ) as OfInterpreter<M>;
