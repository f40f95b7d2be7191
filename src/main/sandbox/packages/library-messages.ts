/** Messages of libraries about packages that they need: which ones, and advice that does not work here. */

/** How much of a message is looked at, in UTF-16 units. */
const MAX_LENGTH = 4000;
/** Longer texts are left as they are. */
const MAX_TEXT = 100_000;
/** Packages that advice is given about. */
export const MAX_NAMED_PACKAGES = 3;

const NAME = String.raw`([A-Za-z][\w.-]{0,63})`;
const QUOTE = '[\'"`]?';

/** The name stands in the first group. */
const WANTED = [
  `Missing optional dependency '${NAME}'`,
  `[Uu]se pip or conda to install (?:the )?${QUOTE}${NAME}`,
  `(?:pip3?|conda) install (?:-[\\w-]{1,20} ){0,3}${QUOTE}${NAME}`,
  `with the features you requested: ${NAME}`,
  `\\brequires? ${QUOTE}${NAME}`,
  `\\binstall ${QUOTE}${NAME}`,
  `\\bneeds? ${QUOTE}${NAME}`,
  `${QUOTE}${NAME}${QUOTE} (?:package |library |module )?(?:is|are|must be|needs to be) (?:required|needed|installed|available)`,
  `\\bImport ${QUOTE}${NAME}${QUOTE} failed`,
].map((text) => new RegExp(text, 'gu'));

/** Sentences that advise a command for a terminal, which the sandbox does not have. */
const FOREIGN_ADVICE = [
  / {0,2}[Uu]se pip or conda to install [^\n]{1,100}?(?:\.(?=\s|$)|$)/gmu,
  / {0,2}(?:You can|Please|Try to|To fix this,?) {0,2}(?:install|use|run)[^\n]{0,100}?(?:pip3?|conda) install [^\n]{1,100}?(?:[`'"]\.?|\.(?=\s|$)|$)/gmu,
  / {0,2}[`'"]?(?:pip3?|conda) install [^\n`'"]{1,100}[`'"]?\.?/gu,
  / {0,2}Do you need to install a parser library\?/gu,
];

/** Names of packages or modules in a library's message; the first few. */
export const packagesNamedIn = (message: string): readonly string[] => {
  const text = message.slice(0, MAX_LENGTH);
  const found = new Set<string>();
  for (const pattern of WANTED) {
    for (const [, name] of text.matchAll(pattern))
      if (name !== undefined) found.add(/^\w+(?:[.-]\w+)*/u.exec(name)?.[0] ?? name);
  }
  return [...found];
};

/** The message without advice that does not work in the sandbox. */
export const withoutUnusableAdvice = (text: string): string =>
  text.length > MAX_TEXT
    ? text
    : FOREIGN_ADVICE.reduce((rest, pattern) => rest.replaceAll(pattern, ''), text);
