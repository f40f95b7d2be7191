import type { Yielder } from '../../foreign-text/yielder.ts';
import { isInstallCommand } from './requirement-lines.ts';

/**
 * Separates Python code from its strings and comments in one pass; expressions in f-strings count as text. Not a full
 * parser: parsers that accept broken code take seconds for hostile input. Reads single characters, since a regular
 * expression for each mark takes ten times as long, and yields between stretches, since a megabyte of quotation marks
 * would block main's event loop for too long.
 */

/** Work before other work gets a turn: UTF-16 units read, and parts joined. */
const STRETCH_UNITS = 64 * 1024;
const STRETCH_PARTS = 4096;

/** Longest string that may be the name of a package or file, in UTF-16 units. */
const MAX_LITERAL = 200;
/** Most names of packages taken from one piece of code. */
const MAX_LITERALS = 10_000;
/** Most lines that ask for packages, and the longest one, in UTF-16 units. */
const MAX_REQUESTS = 100;
const MAX_REQUEST = 4000;

export interface PythonText {
  /** The code with its strings and comments blanked out. Lines that go on in the next one are one line; each ends with `\n`. */
  readonly code: string;
  /** Contents of short strings without prefix and backslashes; only the first ones. */
  readonly literals: ReadonlySet<string>;
  /** Shell and notebook commands that install something; they are not Python code. */
  readonly commands: readonly string[];
  /** Comments that mention an installation. */
  readonly comments: readonly string[];
}

const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

/** Prefixes of strings that are raw, bytes or formatted. */
const PREFIXES = 'bfrtuBFRTU';
const MAX_PREFIX = 2;

/** @param yielder of the whole work that this is a part of */
export const readPythonText = async (text: string, yielder: Yielder): Promise<PythonText> => {
  const stretches: string[] = [];
  let parts: string[] = [];
  const literals = new Set<string>();
  const commands: string[] = [];
  const comments: string[] = [];
  let copied = 0;
  let lineStart = true;
  let at = 0;
  let pauseAt = STRETCH_UNITS;
  /** Replaces a range of the code. */
  const replace = (end: number, by: string): void => {
    parts.push(text.slice(copied, at), by);
    at = copied = end;
  };
  while (at < text.length) {
    if (at >= pauseAt || parts.length >= STRETCH_PARTS) {
      stretches.push(parts.join(''));
      parts = [];
      pauseAt = at + STRETCH_UNITS;
      await yielder.pause();
    }
    const mark = text.charCodeAt(at);
    if (lineStart && (mark === SPACE || mark === TAB)) {
      at += 1;
      continue;
    }
    if (lineStart && isInstallCommand(text, at)) {
      const end = endOfCommand(text, at);
      if (commands.length < MAX_REQUESTS)
        commands.push(joined(text.slice(at, Math.min(end, at + MAX_REQUEST))));
      replace(end, '');
      continue;
    }
    lineStart = mark === NEWLINE || mark === RETURN;
    if (mark === HASH) {
      const end = endOfLine(text, at);
      const comment = text.slice(at, Math.min(end, at + MAX_REQUEST));
      if (comments.length < MAX_REQUESTS && comment.includes('install')) comments.push(comment);
      replace(end, '');
    } else if (mark === BACKSLASH) {
      // A backslash matters at the end of a line only.
      replace(at + 1 + lineEndAt(text, at + 1), ' ');
    } else if (mark === RETURN) {
      replace(at + lineEndAt(text, at), '\n');
    } else if (mark === DOUBLE_QUOTE || mark === SINGLE_QUOTE) {
      const { contents, end } = stringAt(text, at, mark);
      const isLiteral = contents !== null && literals.size < MAX_LITERALS && !isPrefixed(text, at);
      if (isLiteral) literals.add(contents);
      // A placeholder keeps the tokens before and after it apart.
      replace(end, ' "" ');
    } else {
      at += 1;
    }
  }
  stretches.push(parts.join(''), text.slice(copied));
  return { code: stretches.join(''), literals, commands, comments };
};

/** @param start index of its first quotation mark */
const stringAt = (text: string, start: number, quote: number): { end: number; contents: string | null } => {
  const isLong = text.charCodeAt(start + 1) === quote && text.charCodeAt(start + 2) === quote;
  const first = start + (isLong ? 3 : 1);
  let isPlain = true;
  for (let at = first; at < text.length; at += 1) {
    const mark = text.charCodeAt(at);
    if (mark === BACKSLASH) {
      isPlain = false;
      at += Math.max(1, lineEndAt(text, at + 1));
    } else if ((mark === NEWLINE || mark === RETURN) && !isLong) {
      // An unterminated string is an error in the code, and ends with its line.
      return { end: at, contents: null };
    } else if (mark === quote) {
      if (isLong && !(text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote)) continue;
      const isName = isPlain && at - first <= MAX_LITERAL;
      return { end: at + (isLong ? 3 : 1), contents: isName ? text.slice(first, at) : null };
    }
  }
  return { end: text.length, contents: null };
};

const isPrefixed = (text: string, quote: number): boolean => {
  let start = quote;
  while (quote - start <= MAX_PREFIX && start > 0 && PREFIXES.includes(text.charAt(start - 1))) start -= 1;
  const length = quote - start;
  return length > 0 && length <= MAX_PREFIX && !/\w/u.test(text.charAt(start - 1));
};

/** A command goes on in the next line after a backslash. */
const endOfCommand = (text: string, from: number): number => {
  let end = endOfLine(text, from);
  while (end < text.length && text.charCodeAt(end - 1) === BACKSLASH) {
    end = endOfLine(text, end + lineEndAt(text, end));
  }
  return end;
};

const joined = (command: string): string => command.replaceAll(/\\(?:\r\n|\r|\n)/gu, ' ');

const endOfLine = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && lineEndAt(text, at) === 0) at += 1;
  return at;
};

/** Length of the line break at this index; 0 where there is none. */
const lineEndAt = (text: string, at: number): number => {
  const mark = text.charCodeAt(at);
  if (mark === RETURN) return text.charCodeAt(at + 1) === NEWLINE ? 2 : 1;
  return mark === NEWLINE ? 1 : 0;
};
