import { Parser } from 'htmlparser2';

/** What is not to be seen. */
const HIDDEN = new Set(['head', 'script', 'style', 'template', 'title']);

/** The texts of a guest's HTML; what stands in elements of their own is apart. */
export const htmlText = (html: string): string => {
  const parts: string[] = [];
  let hidden = 0;
  const parser = new Parser({
    onopentag: (name) => {
      if (HIDDEN.has(name)) hidden += 1;
      parts.push(' ');
    },
    onclosetag: (name) => {
      if (HIDDEN.has(name)) hidden -= 1;
      parts.push(' ');
    },
    ontext: (text) => {
      if (hidden === 0) parts.push(text);
    },
  });
  parser.end(html);
  return parts.join('').replaceAll(/\s+/gu, ' ').trim();
};
