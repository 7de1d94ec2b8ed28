declare const RETRACE_VERSION: string | undefined;
declare const RETRACE_COMMIT: string | undefined;
declare const RETRACE_BUN_VERSION: string | undefined;

export interface BuildInfo {
  version: string;
  commit: string;
  bunVersion: string;
}

/** What build.ts wrote into the binary; `dev` when the source runs as it is. */
export const buildInfo: BuildInfo = {
  version: typeof RETRACE_VERSION === 'string' ? RETRACE_VERSION : 'dev',
  commit: typeof RETRACE_COMMIT === 'string' ? RETRACE_COMMIT : 'source',
  bunVersion: typeof RETRACE_BUN_VERSION === 'string' ? RETRACE_BUN_VERSION : 'source',
};
