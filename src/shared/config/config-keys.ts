/** The settings one by one, found by walking their schema, so that no second list of them exists. */
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../json-data.ts';
import { Config, type ConfigPatch } from './config.ts';

/** One setting. */
export interface SettingKey {
  /** Such as `sandbox.packages.mirror`. */
  readonly name: string;
  readonly path: readonly string[];
  /** What the setting may be. Gives the default for `undefined`. */
  readonly schema: z.ZodType;
}

const withoutDefault = (schema: z.ZodType): z.ZodType => {
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return schema;
  const inner: unknown = schema.unwrap();
  return inner instanceof z.ZodType ? withoutDefault(inner) : schema;
};

const keysOf = (schema: z.ZodObject, path: readonly string[]): SettingKey[] =>
  Object.entries<unknown>(schema.shape).flatMap(([name, field]) => {
    if (!(field instanceof z.ZodType)) return [];
    const inner = withoutDefault(field);
    const below = [...path, name];
    return inner instanceof z.ZodObject
      ? keysOf(inner, below)
      : [{ name: below.join('.'), path: below, schema: field }];
  });

/** All settings in the order of the schema. */
export const SETTING_KEYS: readonly SettingKey[] = keysOf(Config, []);

const SECTIONS: ReadonlySet<string> = new Set(
  SETTING_KEYS.flatMap(({ path }) => path.slice(1).map((_name, index) => path.slice(0, index + 1).join('.'))),
);

/** An own property, never one of a prototype. */
const ownValue = (object: unknown, name: string): unknown =>
  isJsonObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;

/** The value at a path of own properties, or undefined. */
export const valueAt = (object: unknown, path: readonly string[]): unknown => path.reduce(ownValue, object);

/** A copy with one value replaced; whatever else is in the object stays, known or not. */
export const withValueAt = (object: unknown, path: readonly string[], value: unknown): JsonObject => {
  const [name, ...rest] = path;
  const copy: JsonObject = isJsonObject(object) ? { ...object } : {};
  if (name === undefined) return copy;
  const next = rest.length === 0 ? value : withValueAt(ownValue(object, name), rest, value);
  Object.defineProperty(copy, name, { value: next, enumerable: true, configurable: true, writable: true });
  return copy;
};

/** A setting that does not exist, or a value that it can't have. The message says which and why. */
export class InvalidSettingError extends Error {
  override readonly name = 'InvalidSettingError';
  /** Such as `sandbox.idleMinutes`, or '' when the patch itself is wrong. */
  readonly key: string;

  constructor(key: string, detail: string) {
    super(key === '' ? `the settings ${detail}` : `the setting ${key} ${detail}`);
    this.key = key;
  }
}

/** Why a value does not fit, in words that can follow the setting's name. */
const problemOf = (error: z.ZodError): string => {
  const issue = error.issues[0];
  if (issue === undefined) return 'is not valid';
  const entry = issue.path[0];
  return typeof entry === 'number' ? `has an entry ${entry + 1} that ${issue.message}` : issue.message;
};

export interface SettingChange {
  readonly key: SettingKey;
  readonly value: unknown;
}

const namesIn = (patch: unknown, path: readonly string[], names: string[]): void => {
  const section = path.join('.');
  if (!isJsonObject(patch)) throw new InvalidSettingError(section, 'must be a group of settings');
  for (const name of Object.keys(patch)) {
    const below = [...path, name];
    const full = below.join('.');
    if (SECTIONS.has(full)) {
      if (patch[name] !== undefined) namesIn(patch[name], below, names);
    } else if (SETTING_KEYS.some((key) => key.name === full)) {
      names.push(full);
    } else {
      throw new InvalidSettingError(full.slice(0, 200), 'does not exist');
    }
  }
};

/**
 * The changes in a patch, checked one by one. `undefined` means not mentioned.
 *
 * @throws InvalidSettingError for the first thing that is wrong; then nothing of the patch should be done
 */
export const changesOf = (patch: ConfigPatch | JsonObject | null): SettingChange[] => {
  const names: string[] = [];
  namesIn(patch, [], names);
  return SETTING_KEYS.filter(({ name }) => names.includes(name)).flatMap((key) => {
    const given = valueAt(patch, key.path);
    if (given === undefined) return [];
    const parsed = key.schema.safeParse(given);
    if (!parsed.success) throw new InvalidSettingError(key.name, problemOf(parsed.error));
    return [{ key, value: parsed.data }];
  });
};

export interface ReadSettings {
  readonly config: Config;
  /** Settings whose value did not fit, so that their default holds. */
  readonly invalid: readonly { readonly key: string; readonly detail: string }[];
}

/** The settings in a stored document; each one that is missing or does not fit has its default. */
export const readSettings = (document: JsonObject): ReadSettings => {
  const invalid: { key: string; detail: string }[] = [];
  let fitting: JsonObject = {};
  for (const section of SECTIONS) {
    const value = valueAt(document, section.split('.'));
    if (value !== undefined && !isJsonObject(value)) {
      invalid.push({ key: section, detail: 'must be a group of settings' });
    }
  }
  for (const { name, path, schema } of SETTING_KEYS) {
    const value = valueAt(document, path);
    if (value === undefined) continue;
    const parsed = schema.safeParse(value);
    if (parsed.success) fitting = withValueAt(fitting, path, parsed.data);
    else invalid.push({ key: name, detail: problemOf(parsed.error) });
  }
  return { config: Config.parse(fitting), invalid };
};
