/**
 * What code in the sandbox can't have, with the reason and what to do instead. Errors, the tool's description and
 * docs/limits.md say what stands in python/absent.json. The guest's absent_messages.py reads the same file.
 */
import { z } from 'zod';
import { PackageName } from './packages/package-settings.ts';
import data from './python/absent.json' with { type: 'json' };

export const AbsentFeature = z.enum([
  'network',
  'server',
  'desktop',
  'threads',
  'processes',
  'programs',
  'libraries',
  'pip',
  'browser',
  'alarms',
  'locales',
  'javascript',
  'screen',
  'terminal',
  'key-value-files',
  'standard-library',
  'removed',
  'no-build',
  'other-service',
  'ffmpeg',
  'latex',
  'fonts',
]);
export type AbsentFeature = z.infer<typeof AbsentFeature>;

const Sentence = z.string().min(1).max(200);
const Module = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]\w*$/u, 'is not the name of a module at the top');
const DottedModule = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]\w*(?:\.\w+)?$/u, 'is not the name of a module');

export const AbsentTable = z.strictObject({
  /** Raised with every change of what is absent. */
  version: z.int().positive(),
  /** `{module}` stands for the name of a module. */
  features: z.record(AbsentFeature, z.strictObject({ reason: Sentence, advice: Sentence })),
  /** Modules that can't be imported, with the feature that they are a part of. */
  modules: z.record(Module, AbsentFeature),
  /** Modules of well-known packages without a build for WebAssembly, with what to do instead. */
  noBuild: z.record(Module, Sentence),
  /**
   * Modules of well-known packages whose main use is absent, with the package where it is pure Python down to what it
   * needs: that can be installed all the same.
   */
  useless: z.record(Module, z.strictObject({ feature: AbsentFeature, package: PackageName.exactOptional() })),
  /** Modules that Python had once, with what took their place. */
  removed: z.record(Module, Sentence),
  /** Modules that other services have for their own use, with what to do instead. */
  otherServices: z.record(DottedModule, Sentence),
});
export type AbsentTable = z.infer<typeof AbsentTable>;

/** A part of the program, held against its schema by a test instead of at each start. */
export const ABSENT = data as AbsentTable;

/** Features that have advice of their own for each module. */
const ADVICE_OF_MODULES = {
  'no-build': ABSENT.noBuild,
  removed: ABSENT.removed,
  'other-service': ABSENT.otherServices,
} as const satisfies Partial<Record<AbsentFeature, Readonly<Record<string, string>>>>;

const adviceAbout = (feature: AbsentFeature, module: string): string | null => {
  const advice: Readonly<Record<string, string>> =
    feature in ADVICE_OF_MODULES ? ADVICE_OF_MODULES[feature as keyof typeof ADVICE_OF_MODULES] : {};
  return Object.hasOwn(advice, module) ? (advice[module] ?? null) : null;
};

/** Null for a module that is not in the table. */
export const absenceOf = (module: string): Absence | null => {
  const feature = Object.hasOwn(ABSENT.modules, module) ? ABSENT.modules[module] : undefined;
  if (feature !== undefined) return { feature, module };
  const useless = Object.hasOwn(ABSENT.useless, module) ? ABSENT.useless[module] : undefined;
  if (useless !== undefined) return { feature: useless.feature, module };
  for (const [part, advice] of Object.entries(ADVICE_OF_MODULES))
    if (Object.hasOwn(advice, module)) return { feature: part as keyof typeof ADVICE_OF_MODULES, module };
  return null;
};

/** The package that a module without use here could be installed with all the same; null for other modules. */
export const installableWithoutUse = (module: string): string | null =>
  Object.hasOwn(ABSENT.useless, module) ? (ABSENT.useless[module]?.package ?? null) : null;

export interface Absence {
  readonly feature: AbsentFeature;
  /** Empty where it is about no module. */
  readonly module: string;
}

const MODULE_BEFORE = /([A-Za-z_][\w.]{0,63})$/u;

/** What a text of the guest's, such as an error's message, says is absent; it may say so of anything. */
export const absenceIn = (text: string): Absence | null => {
  for (const feature of AbsentFeature.options) {
    const { reason } = ABSENT.features[feature];
    const at = text.indexOf(reason.replace('{module}', ''));
    if (at === -1) continue;
    if (!reason.startsWith('{module}')) return { feature, module: '' };
    const [module = ''] = MODULE_BEFORE.exec(text.slice(Math.max(0, at - 100), at)) ?? [];
    if (module !== '') return { feature, module };
  }
  return null;
};

/** In English. */
export const sentenceOf = ({ feature, module }: Absence): string => {
  const { advice, reason } = ABSENT.features[feature];
  return `${reason.replace('{module}', module)}; ${adviceAbout(feature, module) ?? advice}`;
};
