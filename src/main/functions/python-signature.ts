/** A function as Python sees it: parameters, types, docstring. */
import type { JsonData } from '../../shared/json-data.ts';
import { cleanText, parameterName, shortLiteral } from './python-words.ts';
import { isSchema, resolve, type PythonTypes } from './python-types.ts';
import type { PreparedFunction } from './function-set.ts';

export interface PythonParameter {
  readonly name: string;
  /** Of the argument in the call's JSON. */
  readonly key: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** What the app takes when it is left out; undefined when that is not told. */
  readonly initial: JsonData | undefined;
}

export interface PythonSignature {
  /** Those that must be there come first. */
  readonly parameters: readonly PythonParameter[];
  /** Whether there may be others. */
  readonly takesOthers: boolean;
  readonly returns: string;
}

/** How far references are followed. */
const MAX_REFERENCES = 16;

/** The schema of all arguments together, behind references. */
const outermost = (json: PreparedFunction['input']['json']): Record<string, JsonData> => {
  let schema: JsonData | undefined = json;
  for (
    let left = MAX_REFERENCES;
    left > 0 && isSchema(schema) && typeof schema['$ref'] === 'string';
    left--
  ) {
    schema = resolve(schema['$ref'], json);
  }
  return isSchema(schema) ? schema : {};
};

export const signatureOf = (
  { input, name, output }: PreparedFunction,
  types: PythonTypes,
): PythonSignature => {
  const schema = outermost(input.json);
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const all = Object.entries(properties).map(([key, of]): PythonParameter => {
    const initial = isSchema(of) ? of['default'] : undefined;
    return {
      name: parameterName(key),
      key,
      type: types.typeOf(of, `${name} ${key}`, input.json),
      isRequired: required.has(key) && initial === undefined,
      initial,
    };
  });
  // Two keys of one name: neither can be told from the other but by its key.
  const parameters = all.filter(
    (one) => !all.some((other) => other.key !== one.key && other.name === one.name),
  );
  const isOpen =
    schema['additionalProperties'] === true ||
    isSchema(schema['additionalProperties']) ||
    schema['patternProperties'] !== undefined ||
    schema['properties'] === undefined;
  return {
    parameters: [
      ...parameters.filter(({ isRequired }) => isRequired),
      ...parameters.filter(({ isRequired }) => !isRequired),
    ],
    takesOthers: isOpen || parameters.length < all.length,
    returns: types.typeOf(output.json, `${name} result`, output.json),
  };
};

/** As they stand in a `def`. */
export const parameterList = ({ parameters, takesOthers }: PythonSignature, others: string): string =>
  [
    ...parameters.map(({ initial, isRequired, name, type }) =>
      isRequired
        ? `${name}: ${type}`
        : `${name}: ${type} = ${initial === undefined ? '...' : (shortLiteral(initial) ?? '...')}`,
    ),
    ...(takesOthers ? [`**${others}`] : []),
  ].join(', ');

/** What the function does, and what its arguments are. */
export const docOf = (
  { description, frames, input }: PreparedFunction,
  { parameters }: PythonSignature,
): string => {
  const { properties } = outermost(input.json);
  const about = parameters.flatMap(({ key, name }) => {
    const of = isSchema(properties) ? properties[key] : undefined;
    const described = isSchema(of) ? of['description'] : undefined;
    const text = typeof described === 'string' ? cleanText(described).replaceAll(/\s+/g, ' ') : '';
    const parts = [frames?.includes(key) === true ? 'A data frame of pandas or polars.' : '', text];
    const told = parts.filter((part) => part !== '').join(' ');
    return told === '' ? [] : [`    ${name}: ${told}`];
  });
  const parts = [
    cleanText(description),
    frames === null ? '' : 'Tables cross as Arrow, and come back as data frames; needs the package pyarrow.',
    about.length === 0 ? '' : ['Args:', ...about].join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
};
