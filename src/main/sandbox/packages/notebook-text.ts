import { z } from 'zod';

/** What is none of its kind is left out, as notebook_file.py does that gives the cells to the interpreter. */
const Loose = z.record(z.string(), z.unknown()).catch({});
const List = z.array(z.unknown()).catch([]);

const Notebook = z.looseObject({ nbformat: z.unknown(), metadata: Loose.optional() });

/**
 * The code of all cells where a code is the text of a Python notebook's file, with a line before each; null for any other.
 * See `code_of` in notebook_file.py: so a notebook reads as what will be run of it.
 *
 * @param code at most `LIMITS.codeBytes`
 */
export const notebookText = (code: string): string | null => {
  const text = code.trim();
  if (!text.startsWith('{') || !text.endsWith('}') || !text.includes('"cells"')) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const notebook = Notebook.safeParse(parsed);
  if (!notebook.success || !('nbformat' in notebook.data) || !isPython(notebook.data.metadata ?? {}))
    return null;
  const sheets = List.parse(notebook.data['worksheets']);
  return (sheets.length === 0 ? [notebook.data] : sheets)
    .flatMap((sheet) => List.parse(Loose.parse(sheet)['cells']))
    .flatMap((cell) => sourceOf(Loose.parse(cell)) ?? [])
    .map((source, index) => `# %% cell ${index + 1} of the notebook\n${source}`)
    .join('\n');
};

const isPython = (metadata: z.infer<typeof Loose>): boolean => {
  const languages = [
    Loose.parse(metadata['kernelspec'])['language'],
    Loose.parse(metadata['language_info'])['name'],
  ];
  const isNamed = (name: unknown): name is string => typeof name === 'string' && name !== '';
  return /^i?python/iu.test(languages.find(isNamed) ?? 'python');
};

/** Null for what is no code. */
const sourceOf = ({ cell_type: type, input, source }: z.infer<typeof Loose>): string | null => {
  if (type !== 'code') return null;
  const isEmpty = !source || (Array.isArray(source) && source.length === 0);
  const lines = isEmpty ? input : source;
  return (Array.isArray(lines) ? lines : [lines]).filter((line) => typeof line === 'string').join('');
};
