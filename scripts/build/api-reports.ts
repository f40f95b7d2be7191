import path from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** What the package exports, by the names of the built declarations. */
export const API_ENTRIES = ['main', 'node', 'preload', 'renderer', 'build'] as const;

/** In the project. */
const FOLDER = 'docs/api';

/**
 * Compares what an entry exports, as it was built, with the report that is kept of it.
 *
 * @param write whether the report is written anew where it differs
 * @returns whether it differs
 */
export function differsFromReport(
  root: string,
  entry: (typeof API_ENTRIES)[number],
  { write }: { readonly write: boolean },
): boolean {
  const declarations = path.join(root, 'out/lib', `${entry}.d.ts`);
  const none = { default: { logLevel: ExtractorLogLevel.None } };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            module: 'esnext',
            moduleResolution: 'bundler',
            lib: ['es2023', 'dom'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [declarations],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: path.join(root, FOLDER),
        // What was found goes beside the declarations; only a kept report is in the repository.
        reportTempFolder: path.join(root, 'out/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: none,
        tsdocMessageReporting: none,
        extractorMessageReporting: {
          ...none,
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
        },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(root, 'package.json'),
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: write,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  return apiReportChanged;
}
