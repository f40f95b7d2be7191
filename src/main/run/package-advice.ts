import { installableWithoutUse, sentenceOf, type Absence } from '../../shared/absent.ts';
import type { PackageErrorCode } from '../../shared/packages/package-error-code.ts';

/** Advice for a missing module. The command line, programs (MCP server and library) and the window have wordings of their own. */
export type PackageAdvice =
  /** No package that may be installed without being named has the module. */
  | { readonly kind: 'no-package'; readonly module: string; readonly near: string | null }
  /** The module can not work in the sandbox; `shared/absent.ts` says why. */
  | { readonly kind: 'absent'; readonly absence: Absence }
  /** The name is that of a package whose module has another one. */
  | { readonly kind: 'other-module'; readonly module: string; readonly imports: string }
  /** A module of the standard library that this Python lacks. */
  | { readonly kind: 'not-built'; readonly module: string }
  /** An installable package has the module, but the code did not show beforehand that it is needed. */
  | { readonly kind: 'not-named'; readonly module: string; readonly packageName: string }
  /** The package that was meant does not have the module. */
  | { readonly kind: 'not-in-package'; readonly module: string; readonly packageName: string }
  | { readonly kind: 'time-zones' }
  /** A line of the code asked for a package that is not available. */
  | { readonly kind: 'unmet'; readonly packageName: string; readonly refusal: PackageRefusal }
  | PackageRefusal;

/** Why a package is not available. */
export interface PackageRefusal {
  readonly kind: 'refused';
  readonly code: PackageErrorCode;
  readonly packageName: string | null;
  /** In English. */
  readonly message: string;
}

export type AdviceFormatter = (advice: PackageAdvice) => string;

/** The name of a wording that is made here, or one that is made elsewhere. */
export type AdviceWording = keyof typeof WAYS | AdviceFormatter;

/** How a user passes a file, names a package, and installs one permanently, in the wording of one interface. */
export interface AdviceActions {
  readonly giveFile: string;
  readonly namePackage: (name: string) => string;
  readonly installFor: (name: string) => string;
  readonly allow: string;
}

const WAYS = {
  /** For someone at a terminal. */
  'command-line': {
    giveFile: 'give it with --file PATH (in the app: drag it in)',
    namePackage: (name) => `name it with --package ${name}, or in a line "# pip install ${name}"`,
    installFor: (name) => `"vivarium packages install ${name}"`,
    allow: 'add it to sandbox.packages.allow',
  },
  /** For programs that send run requests. */
  program: {
    giveFile: 'give it with the run (files)',
    namePackage: (name) => `name it for the run (packages, or a line "# pip install ${name}" in the code)`,
    installFor: (name) => `installing ${name} in the app`,
    allow: 'add it to sandbox.packages.allow',
  },
} satisfies Record<string, AdviceActions>;

const wordsWith =
  (ways: AdviceActions): AdviceFormatter =>
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
      case 'absent': {
        const packageName = installableWithoutUse(advice.absence.module);
        const sentence = sentenceOf(advice.absence);
        return packageName === null
          ? sentence
          : `${sentence}; for what else the package "${packageName}" has, ${ways.namePackage(packageName)}`;
      }
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

const refusalIn = (ways: AdviceActions, { code, message, packageName }: PackageRefusal): string => {
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

/** The words of a wording; without one those for programs. */
export const adviceFormatterOf = (wording: AdviceWording = 'program'): AdviceFormatter =>
  typeof wording === 'function' ? wording : wordsWith(WAYS[wording]);
