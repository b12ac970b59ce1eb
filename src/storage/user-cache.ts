import envPaths from 'env-paths';

/** The folder of what saves time on this machine: SAM_CLI_CACHE_DIR, or sam-cli's in the user's cache folder. */
export function userCacheDir(): string {
  return process.env.SAM_CLI_CACHE_DIR || envPaths('sam-cli', { suffix: '' }).cache;
}
