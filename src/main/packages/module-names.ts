import { normalizeName } from './package-entry.ts';

/** Packages beyond Pyodide's lock that go by another name than their modules. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['barcode', 'python-barcode'],
  ['docx', 'python-docx'],
  ['dotenv', 'python-dotenv'],
  ['fpdf', 'fpdf2'],
  ['jose', 'python-jose'],
  ['jwt', 'pyjwt'],
  ['markdown_it', 'markdown-it-py'],
  ['multipart', 'python-multipart'],
  ['odf', 'odfpy'],
  ['pdfminer', 'pdfminer-six'],
  ['pptx', 'python-pptx'],
  ['slugify', 'python-slugify'],
]);

/** The package that a module of no lock is probably in: mostly that of its own name. Normalised. */
export const probablePackage = (module: string): string => {
  const top = module.split('.')[0] ?? module;
  return normalizeName(PACKAGES.get(top) ?? top);
};
