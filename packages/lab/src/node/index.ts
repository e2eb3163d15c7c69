export {
  createRunFolder,
  type RunFolder,
  RunFolderError,
  recordLine,
  resumeRunFolder,
} from './run-folder.ts';
