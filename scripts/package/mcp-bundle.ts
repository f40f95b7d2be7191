import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb/cli';
import { z } from 'zod';
import { SHIPPED_SNAPSHOTS } from '../build/baseline-snapshot.ts';
import { projectRoot } from '../shared/project.ts';
import { lastWords, runProgram } from '../shared/run-program.ts';
import { SetupError } from '../shared/setup-error.ts';

export interface McpBundleOptions {
  /** An unpacked Electron for this platform, which runs Python in the bundle. */
  readonly electronDist: string;
  /** Where the bundle is put. */
  readonly folder: string;
}

const ProjectPackage = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  mcpName: z.string(),
  engines: z.object({ node: z.string() }),
});

const SERVER = 'server';
const ELECTRON = 'electron';
/** What provisioning keeps beside an Electron. */
const PROVISIONING_MANIFEST = 'vivarium-manifest.json';

/**
 * Makes the bundle that desktop clients of the Model Context Protocol install: the package as npm installs it, and an
 * Electron. The client brings Node, and nothing is fetched when the bundle is used.
 *
 * @returns its path
 * @throws SetupError
 */
export async function packMcpBundle({ electronDist, folder }: McpBundleOptions): Promise<string> {
  const about = await projectPackage();
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(path.join(folder, 'mcp-bundle-'));
  try {
    await installPackage(path.join(staging, SERVER));
    await cp(electronDist, path.join(staging, ELECTRON), { recursive: true, verbatimSymlinks: true });
    await rm(path.join(staging, ELECTRON, PROVISIONING_MANIFEST), { force: true });
    await writeFile(path.join(staging, 'manifest.json'), JSON.stringify(manifestOf(about), null, 2));
    const bundle = path.join(
      folder,
      `${about.name}-${about.version}-${process.platform}-${process.arch}.mcpb`,
    );
    const packed = await packExtension({ extensionPath: staging, outputPath: bundle, silent: true });
    if (!packed)
      throw new SetupError('the bundle for clients of the Model Context Protocol could not be packed');
    return bundle;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** As the registry of the protocol's servers takes it. @param address where the bundle will be, a web address */
export async function serverEntry(bundle: string, address: string): Promise<object> {
  const { mcpName, version } = await projectPackage();
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: mcpName,
    title: 'Vivarium',
    // At most 100 characters.
    description: 'Runs untrusted Python (CPython in WebAssembly) in a locked-down process of its own.',
    version,
    packages: [
      {
        registryType: 'mcpb',
        identifier: address,
        fileSha256: createHash('sha256')
          .update(await readFile(bundle))
          .digest('hex'),
        transport: { type: 'stdio' },
      },
    ],
  };
}

const projectPackage = async (): Promise<z.infer<typeof ProjectPackage>> =>
  ProjectPackage.parse(JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')));

async function installPackage(folder: string): Promise<void> {
  await mkdir(folder);
  // Without it npm would take the project around it for the place to install into.
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true }));
  // Scripts are left out: the one before packing would build anew.
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], projectRoot);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new SetupError('npm pack made no package');
  await npm(['install', '--ignore-scripts', '--omit=dev', '--omit=peer', path.join(folder, tarball)], folder);
  await rm(path.join(folder, tarball));
  // Left out of what npm has, as it fits one Electron: the one that is put beside it.
  const saved = path.join(projectRoot, SHIPPED_SNAPSHOTS);
  if (!existsSync(saved)) return;
  const { name } = await projectPackage();
  await cp(saved, path.join(folder, 'node_modules', name, SHIPPED_SNAPSHOTS), { recursive: true });
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const result = await runProgram('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd });
  if (result.code !== 0) throw new SetupError(`npm ${args[0]} failed. It said:\n${lastWords(result)}`);
}

const manifestOf = (about: z.infer<typeof ProjectPackage>): object => {
  const entry = `${SERVER}/node_modules/${about.name}/out/main/cli.js`;
  return {
    manifest_version: '0.3',
    name: about.name,
    display_name: 'Vivarium',
    version: about.version,
    description: about.description,
    license: about.license,
    author: { name: 'Vivarium' },
    server: {
      type: 'node',
      entry_point: entry,
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/${entry}`, 'mcp'],
        env: { ELECTRON_OVERRIDE_DIST_PATH: `\${__dirname}/${ELECTRON}` },
      },
    },
    tools_generated: true,
    compatibility: { platforms: [process.platform], runtimes: { node: about.engines.node } },
  };
};
