import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  firefox: ['firefox-esr', 'firefox'],
};

/** A browser of the system: CHROMIUM or FIREFOX of the environment, or the first on the path; undefined if there is none. */
export function findBrowser(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => names[name].map((file) => join(folder, file)));
  return process.env[name.toUpperCase()] ?? candidates.find(isExecutable);
}

/** Containers run as root, where Chromium's own sandbox can't. */
export const chromiumArguments = ['--no-sandbox'];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
