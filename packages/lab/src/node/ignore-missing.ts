/** For `catch`, where a file may be missing: there is nothing then. Throws every other error on. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
