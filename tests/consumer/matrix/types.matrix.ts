import { expect } from 'vitest';
import { compilers, complaintsOf, onTfjs } from '../src/compilers.ts';
import { column } from './cell.ts';
import { typedProgramsOf } from './program.ts';

const TFJS = 'skipLibCheck: the types of TensorFlow.js do not check by themselves';

for (const [name, compiler] of Object.entries(compilers)) {
  column(
    name,
    (row) => {
      const programs = typedProgramsOf(row).map((text, i) => [`program-${i}.ts`, text] as const);
      const skipLibCheck = onTfjs.includes(row.name);
      expect(complaintsOf(compiler, row.path, Object.fromEntries(programs), skipLibCheck)).toBe('');
    },
    (row) => (onTfjs.includes(row.name) ? { but: TFJS, outcome: 'works' } : undefined),
  );
}
