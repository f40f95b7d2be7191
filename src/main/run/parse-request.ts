import { RunRequest } from '../../shared/contract/run.ts';

/** The request violates the contract. The caller's mistake, so it is thrown instead of becoming a result. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
}

/** @throws InvalidRequestError naming the field and what is wrong with it */
export const parseRequest = (request: unknown): RunRequest => {
  const parsed = RunRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  throw new InvalidRequestError(
    `the run request is not valid: ${field}: ${issue?.message ?? 'unknown reason'}`,
  );
};
