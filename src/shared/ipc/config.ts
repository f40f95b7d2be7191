/** What the page may ask of the settings. */
import { z } from 'zod';
import type { Config, ConfigNotice } from '../config/config.ts';

export const configArguments = {
  get: z.tuple([]),
  /** The value is checked by the setting's own schema. */
  set: z.tuple([z.string().max(200), z.unknown()]),
} as const;

type Leaf = string | number | boolean | readonly unknown[] | undefined;

/** The paths of all settings with their values: `{ 'sandbox.idleMinutes': number, … }`. */
type Flat<T, Prefix extends string = ''> = {
  [K in keyof T & string]-?: T[K] extends Leaf
    ? Record<`${Prefix}${K}`, Exclude<T[K], undefined>>
    : Flat<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

type Union<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer I) => void ? I : never;

/** Each setting by its name, such as `sandbox.packages.mirror`. */
export type SettingValues = Union<Flat<Config>>;
export type SettingName = keyof SettingValues;

export interface SettingsNow {
  readonly config: Config;
  /** What a person should know about the settings file; empty when all is well. */
  readonly notices: readonly ConfigNotice[];
}

export interface SettingSaved extends SettingsNow {
  /** False when the change holds only until the app is closed; a notice says why. */
  readonly saved: boolean;
}

export interface SettingsChanged extends SettingsNow {
  /** The settings that are different now. */
  readonly keys: readonly string[];
}
