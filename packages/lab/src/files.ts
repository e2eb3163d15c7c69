export { type Arrays, arraysOfJson, decodeNpy, decodeNpz, isNpy, isNpz } from './array-file.ts';
export { decodeTeacher, holdsTensors, type TeacherFile } from './teacher-file.ts';
