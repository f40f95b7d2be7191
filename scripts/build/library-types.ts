import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

/** Sources of the declarations, by the name they get in `out/lib`. What these import is among them. */
const SOURCES = {
  main: 'main/library/electron.ts',
  node: 'main/library/node.ts',
  build: 'main/library/copy-assets.ts',
  preload: 'preload/library/preload.ts',
  renderer: 'renderer/library/renderer.ts',
  'define-elements': 'renderer/library/define-elements.ts',
  'page-api': 'renderer/library/page-api.ts',
  api: 'main/library/api/api.ts',
  'run-api': 'main/library/api/run-api.ts',
  'functions-api': 'main/library/api/functions-api.ts',
  'errors-api': 'main/library/api/errors-api.ts',
  'settings-api': 'main/library/api/settings-api.ts',
  'questions-api': 'shared/ipc/questions-api.ts',
  errors: 'main/library/errors.ts',
  exports: 'main/library/exports.ts',
  functions: 'main/library/functions.ts',
  'native-python': 'main/library/native-python.ts',
  'python-settings': 'main/library/python-settings.ts',
  questions: 'main/library/questions.ts',
  'register-interpreter': 'main/library/pages/register-electron-interpreter.ts',
  'interpreter-api': 'shared/ipc/library/interpreter-api.ts',
};

/** Extensions of declarations, and of the scripts they stand for. */
const KINDS = [
  { declaration: 'd.ts', script: 'js' },
  { declaration: 'd.cts', script: 'cjs' },
] as const;

const RELATIVE_IMPORT = /(?<=\bfrom ")\.[^"]*(?=")|(?<=\bfrom ')\.[^']*(?=')/gu;

/**
 * Writes the declarations of what the package exports, each file by itself: the sources say the types of all that they
 * export. No program is made for that, which would take most of a build's time.
 */
export async function writeLibraryTypes(root: string): Promise<void> {
  const names = new Map(Object.entries(SOURCES).map(([name, file]) => [path.join(root, 'src', file), name]));
  for (const [file, name] of names) {
    const { diagnostics, outputText } = ts.transpileDeclaration(await readFile(file, 'utf8'), {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, strict: true },
    });
    const [problem] = diagnostics ?? [];
    if (problem !== undefined) {
      throw new Error(`${file}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
    }
    for (const { declaration, script } of KINDS) {
      const text = outputText.replace(RELATIVE_IMPORT, (imported) => {
        const target = names.get(path.resolve(path.dirname(file), imported));
        if (target === undefined)
          throw new Error(`${file} exports types of ${imported}, which the package leaves out`);
        return `./${target}.${script}`;
      });
      await writeFile(path.join(root, 'out', 'lib', `${name}.${declaration}`), text);
    }
  }
}
