export { recordLine } from '../record-line.ts';
export {
  createRunFolder,
  type RunFolder,
  RunFolderError,
  resumeRunFolder,
} from './run-folder.ts';
