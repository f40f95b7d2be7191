/** What each call is sent with: the one place that main parses by. */
import type { z } from 'zod';
import { appArguments } from './app.ts';
import { dragArguments } from './drag.ts';
import { doctorArguments } from './doctor.ts';
import { documentsArguments } from './documents.ts';
import { fileArguments } from './file.ts';
import { nativeArguments } from './native.ts';
import { outputArguments } from './output.ts';
import { pluginArguments } from './plugin.ts';
import type { Calls, Feature } from './channels.ts';
import { configArguments } from './config.ts';
import { packagesArguments } from './packages.ts';
import { sandboxArguments } from './sandbox.ts';
import { toolsArguments } from './tools.ts';
import { workArguments } from './work.ts';

/** The features that answer with `Answer`; the interpreter's shapes are older than we are. */
export type AnsweringFeature = Exclude<Feature, 'interpreter'>;

export const ARGUMENTS = {
  sandbox: sandboxArguments,
  packages: packagesArguments,
  config: configArguments,
  file: fileArguments,
  tools: toolsArguments,
  drag: dragArguments,
  native: nativeArguments,
  doctor: doctorArguments,
  plugin: pluginArguments,
  output: outputArguments,
  work: workArguments,
  documents: documentsArguments,
  app: appArguments,
} as const satisfies { [F in AnsweringFeature]: Record<keyof Calls[F], z.ZodType<unknown[]>> };

export type ArgumentsOf<
  F extends AnsweringFeature,
  M extends keyof Calls[F],
> = M extends keyof (typeof ARGUMENTS)[F]
  ? (typeof ARGUMENTS)[F][M] extends z.ZodType<infer A extends unknown[]>
    ? A
    : never
  : never;
