import path from 'node:path';
import envPaths from 'env-paths';

export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const override = env['VIVARIUM_CACHE_DIR'];
  if (override !== undefined && override !== '') return path.resolve(override);
  return envPaths('vivarium', { suffix: '' }).cache;
}
