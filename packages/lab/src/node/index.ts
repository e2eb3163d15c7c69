export { createRunFolder, type RunFolder, RunFolderError, recordLine } from './run-folder.ts';
