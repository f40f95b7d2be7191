import { interpreterMethods, type InterpreterMethod } from '../../shared/protocol/interpreter-methods.ts';
import type { SidecarContract } from '../../shared/protocol/sidecar-protocol.ts';
import type { HandlerContext, Handlers } from '../../shared/rpc/contract.ts';
import type { InterpreterThread } from './interpreters/interpreter-thread.ts';

type ForwardedHandlers = Pick<Handlers<SidecarContract>, InterpreterMethod>;
type ForwardedCall = (
  method: InterpreterMethod,
  params: object,
  options: {
    readonly onItem: HandlerContext<unknown>['write'];
    readonly signal: HandlerContext<unknown>['signal'];
  },
) => Promise<unknown>;

/**
 * Handlers that pass calls on to the interpreter's thread, items and cancellation included. Both sides' contracts come
 * from one table, and each receiver checks what it gets.
 *
 * @param find the thread of that interpreter. @throws RpcError when there is none
 */
export const forwardToInterpreter = (find: (interpreter: string) => InterpreterThread): ForwardedHandlers => {
  const forward =
    (method: InterpreterMethod) =>
    (
      { interpreter, ...params }: { readonly interpreter: string },
      { write, signal }: HandlerContext<unknown>,
    ): Promise<unknown> => {
      const call = find(interpreter).call as ForwardedCall;
      return call(method, params, { onItem: write, signal });
    };
  const methods = Object.keys(interpreterMethods) as InterpreterMethod[];
  // The types of the two contracts differ by the interpreter's id alone.
  return Object.fromEntries(
    methods.map((method) => [method, forward(method)]),
  ) as unknown as ForwardedHandlers;
};
