import type { ApiError, ApiErrorCode } from '../../shared/ipc/answer.ts';
import { InvalidSettingError } from '../../shared/config/config-keys.ts';
import { PackageError } from '../packages/package-error.ts';
import { InvalidRequestError } from '../run/parse-request.ts';

/** Said by a handler: becomes the error of the page's answer. The message is for a person. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: ApiErrorCode;

  constructor(code: ApiErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_MESSAGE = 1000;

/** Errors meant for the page keep their message; all others become `internal`, and their details stay in main. */
export const apiErrorOf = (error: unknown): ApiError => {
  if (error instanceof ApiFailure || error instanceof PackageError) {
    return { code: error.code, message: error.message.slice(0, MAX_MESSAGE) };
  }
  if (error instanceof InvalidSettingError) {
    return { code: 'invalid-setting', message: error.message.slice(0, MAX_MESSAGE) };
  }
  if (error instanceof InvalidRequestError) {
    return { code: 'invalid-argument', message: error.message.slice(0, MAX_MESSAGE) };
  }
  return { code: 'internal', message: 'something went wrong in the app; try again' };
};
