import { PackageError } from '../../packages/package-error.ts';
import { packageName, spelledName } from '../../packages/resolve/requirement.ts';
import type { ModuleCatalog } from './module-catalog.ts';

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
  const requirement = asked.find((text) => packageName(text) === missing);
  const told = catalog.aboutNoPackage(requirement === undefined ? missing : spelledName(requirement));
  return told === null ? error : new PackageError(code, told, { packageName: missing });
};
