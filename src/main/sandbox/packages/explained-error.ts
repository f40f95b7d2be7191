import { PackageError } from '../../packages/package-error.ts';
import { packageName } from '../../packages/resolve/requirement.ts';
import type { ModuleCatalog } from './module-catalog.ts';

const NAME = /^[\w.-]+/u;

/**
 * An error of a package that nobody has, with what its name is otherwise; any other as it is.
 *
 * @param asked requirements as they were asked for: names of modules are told apart by case, those of packages are not
 */
export const explained = (
  error: PackageError,
  catalog: ModuleCatalog,
  asked: readonly string[],
): PackageError => {
  const { code, packageName: missing } = error;
  if (code !== 'unknown-package' || missing === null) return error;
  const spelled = asked.find((requirement) => packageName(requirement) === missing);
  const name = NAME.exec(spelled?.trim() ?? '')?.[0] ?? missing;
  const told = catalog.aboutNoPackage(name);
  return told === null ? error : new PackageError(code, told, { packageName: missing });
};
