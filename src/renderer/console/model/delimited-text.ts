/** The first rows of a CSV file, for a preview. Quotes, doubled quotes and line breaks inside them are understood. */

const SEPARATORS = [',', ';', '\t'] as const;

const separatorOf = (text: string): string => {
  const [line = ''] = text.split('\n', 1);
  const counts = SEPARATORS.map((separator) => ({ separator, count: line.split(separator).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).separator;
};

export const readDelimited = (text: string, rowLimit: number): string[][] => {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = (): void => {
    row.push(field);
    field = '';
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let index = 0; index < text.length && rows.length < rowLimit; index += 1) {
    const character = text[index] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[index + 1] === '"') {
        field += '"';
        index += 1;
      } else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === separator) {
      row.push(field);
      field = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') field += character;
  }
  if (rows.length < rowLimit && (field !== '' || row.length > 0)) endRow();
  return rows;
};
