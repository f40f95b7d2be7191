/** Read of a document, in UTF-16 units: what comes later is left to a browser. */
const MAX_READ = 256 * 1024;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Their contents are no text. */
const HIDDEN = new Set(['style', 'script', 'head', 'template']);
const LINE_ENDS = new Set(['br', 'p', 'div', 'li', 'tr', 'table', 'ul', 'ol', 'pre', 'h1', 'h2', 'h3', 'h4']);
const CELLS = new Set(['td', 'th']);

/** The text of an HTML fragment, as far as one needs to read it on a terminal. Goes through it once. */
export const textOfHtml = (html: string): string => {
  const source = html.slice(0, MAX_READ);
  const parts: string[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    if (open === -1) {
      parts.push(source.slice(at));
      break;
    }
    parts.push(source.slice(at, open).replace(/\s+/gu, ' '));
    const close = source.indexOf('>', open);
    if (close === -1) break;
    const tag = /^<\/?([a-z][a-z0-9]*)/iu.exec(source.slice(open, open + 20))?.[1]?.toLowerCase() ?? '';
    at = close + 1;
    if (HIDDEN.has(tag) && source[open + 1] !== '/') {
      const end = source.indexOf(`</${tag}`, at);
      if (end === -1) break;
      at = end;
    } else if (source[open + 1] === '/' || tag === 'br') {
      if (LINE_ENDS.has(tag)) parts.push('\n');
      else if (CELLS.has(tag)) parts.push('  ');
    }
  }
  const text = parts
    .join('')
    .replace(
      /&(#\d{1,7}|[a-z]{1,10});/giu,
      (whole, name: string) => ENTITIES[name.toLowerCase()] ?? decoded(name, whole),
    );
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
};

const decoded = (name: string, whole: string): string => {
  const point = name.startsWith('#') ? Number(name.slice(1)) : NaN;
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
};
