/** What is thrown further down, as users of the library get it. */
import { expect, it } from 'vitest';
import { VivariumError } from '../../../src/main/library/errors.ts';
import { withLibraryErrors } from '../../../src/main/library/library-error.ts';
import { PackageError } from '../../../src/main/packages/package-error.ts';
import { InvalidRequestError } from '../../../src/main/run/parse-request.ts';

const thrown = (error: Error): Promise<unknown> =>
  withLibraryErrors(() => Promise.reject(error)).catch((given: unknown) => given);

it('an error of packages has its code in a field, not in its message', async () => {
  const cause = new PackageError('no-source', 'no source has pandas; see doctor');
  const error = await thrown(cause);
  expect(error).toBeInstanceOf(VivariumError);
  expect(error).toMatchObject({
    code: 'packages-failed',
    packageErrorCode: 'no-source',
    message: 'no source has pandas; see doctor',
    cause,
  });
});

it('any other error has none', async () => {
  const error = await thrown(new InvalidRequestError('code: must be text'));
  expect(error).toMatchObject({ code: 'invalid-request', packageErrorCode: null });
});
