/**
 * What code in the sandbox can't have, with the reason and what to do instead. Errors, the tool's description and
 * docs/limits.md say what stands in python/absent.json. The guest's absent_features.py reads the same file.
 */
import { z } from 'zod';
import data from './python/absent.json' with { type: 'json' };

export const AbsentFeature = z.enum([
  'network',
  'threads',
  'processes',
  'programs',
  'pip',
  'browser',
  'javascript',
  'screen',
  'terminal',
  'key-value-files',
  'standard-library',
  'no-build',
  'ffmpeg',
]);
export type AbsentFeature = z.infer<typeof AbsentFeature>;

const Sentence = z.string().min(1).max(200);
const Module = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]\w*$/u, 'is not the name of a module at the top');

export const AbsentTable = z.strictObject({
  /** Raised with every change of what is absent. */
  version: z.int().positive(),
  /** `{module}` stands for the name of a module. */
  features: z.record(AbsentFeature, z.strictObject({ reason: Sentence, advice: Sentence })),
  /** Modules that can't be imported, with the feature that they are a part of. */
  modules: z.record(Module, AbsentFeature),
  /** Modules of well-known packages without a build for WebAssembly, with what to do instead. */
  noBuild: z.record(Module, Sentence),
});
export type AbsentTable = z.infer<typeof AbsentTable>;

export const ABSENT: AbsentTable = AbsentTable.parse(data);

/** Null for a module that is not in the table. */
export const absenceOf = (module: string): Absence | null => {
  const feature = Object.hasOwn(ABSENT.modules, module) ? ABSENT.modules[module] : undefined;
  if (feature !== undefined) return { feature, module };
  return Object.hasOwn(ABSENT.noBuild, module) ? { feature: 'no-build', module } : null;
};

export interface Absence {
  readonly feature: AbsentFeature;
  /** Empty where it is about no module. */
  readonly module: string;
}

const MODULE_BEFORE = /([A-Za-z_]\w{0,63})$/u;

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
  const instead =
    feature === 'no-build' && Object.hasOwn(ABSENT.noBuild, module) ? ABSENT.noBuild[module] : undefined;
  const { advice, reason } = ABSENT.features[feature];
  return `${reason.replace('{module}', module)}; ${instead ?? advice}`;
};
