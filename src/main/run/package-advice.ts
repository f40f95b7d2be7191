import { sentenceOf, type Absence } from '../../shared/absent.ts';
import type { PackageErrorCode } from '../../shared/packages/package-error-code.ts';

/** What would help where a module is missing. Each entry to the program has words of its own for it. */
export type PackageAdvice =
  /** No package stands for the module that may come unasked. */
  | { readonly kind: 'no-package'; readonly module: string; readonly near: string | null }
  /** It can't be here: the table of `shared/absent.ts` says why. */
  | { readonly kind: 'absent'; readonly absence: Absence }
  /** The name is that of a package whose module has another one. */
  | { readonly kind: 'other-module'; readonly module: string; readonly imports: string }
  /** Python's own, but not in the Python that runs here. */
  | { readonly kind: 'not-built'; readonly module: string }
  /** A package has it that may come, but nothing said beforehand that it is needed. */
  | { readonly kind: 'not-named'; readonly module: string; readonly packageName: string }
  /** The package that was meant does not have it. */
  | { readonly kind: 'not-in-package'; readonly module: string; readonly packageName: string }
  | { readonly kind: 'time-zones' }
  /** A line of the code asked for a package that could not be had. */
  | { readonly kind: 'unmet'; readonly packageName: string; readonly refusal: PackageRefusal }
  | PackageRefusal;

/** Why a package can't be had. */
export interface PackageRefusal {
  readonly kind: 'refused';
  readonly code: PackageErrorCode;
  readonly packageName: string | null;
  /** In English. */
  readonly message: string;
}

export type AdviceWords = (advice: PackageAdvice) => string;

/** How someone gives a file, names a package, and installs one for good, in the words of one entry. */
export interface WaysToHelp {
  readonly giveFile: string;
  readonly namePackage: (name: string) => string;
  readonly installFor: (name: string) => string;
  readonly allow: string;
}

const commandLine: WaysToHelp = {
  giveFile: 'give it with --file PATH (in the app: drag it in)',
  namePackage: (name) => `name it with --package ${name}, or in a line "# pip install ${name}"`,
  installFor: (name) => `"vivarium packages install ${name}"`,
  allow: 'add it to sandbox.packages.allow',
};

const program: WaysToHelp = {
  giveFile: 'give it with the run (files)',
  namePackage: (name) => `name it for the run (packages, or a line "# pip install ${name}" in the code)`,
  installFor: (name) => `installing ${name} in the app`,
  allow: 'add it to sandbox.packages.allow',
};

const wordsWith =
  (ways: WaysToHelp): AdviceWords =>
  (advice) => {
    switch (advice.kind) {
      case 'no-package': {
        const { module, near } = advice;
        const meant = near === null ? '' : `did you mean "${near}"? Otherwise: `;
        return (
          `no known package provides "${module}"; ${meant}if it is a file of yours, ${ways.giveFile}; ` +
          `if a package has it, ${ways.namePackage('NAME')}`
        );
      }
      case 'absent':
        return sentenceOf(advice.absence);
      case 'other-module':
        return `"${advice.module}" is the name of a package; its module is imported as "${advice.imports}"`;
      case 'not-built':
        return `"${advice.module}" belongs to Python's standard library, and the Python that runs here is built without it`;
      case 'not-named':
        return `the package "${advice.packageName}" has it, and is not installed; ${ways.namePackage(advice.packageName)}`;
      case 'not-in-package':
        return (
          `the package "${advice.packageName}" does not provide "${advice.module}"; if you know which one does, ` +
          ways.namePackage('NAME')
        );
      case 'time-zones':
        return `time zones come with the package tzdata; ${ways.namePackage('tzdata')}`;
      case 'unmet':
        return `${advice.packageName} was asked for and is not installed: ${refusalIn(ways, advice.refusal)}`;
      case 'refused':
        return refusalIn(ways, advice);
    }
  };

const refusalIn = (ways: WaysToHelp, { code, message, packageName }: PackageRefusal): string => {
  if (packageName === null) return message;
  switch (code) {
    case 'auto-install-off':
      return (
        `"${packageName}" is not installed, and the settings forbid installing what code asks for; ` +
        `allow that in the settings, or install it once by ${ways.installFor(packageName)}`
      );
    case 'not-allowed':
      return `"${packageName}" is not among the packages that the settings allow; ${ways.allow}`;
    default:
      return message;
  }
};

/** For someone at a terminal. */
export const commandLineWords: AdviceWords = wordsWith(commandLine);

/** For whoever sends run requests. */
export const programWords: AdviceWords = wordsWith(program);
