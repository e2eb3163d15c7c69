/** What computes, from the model to what is known of a run's end. */
const mathematics = [
  'model',
  'teacher',
  'population',
  'sampled',
  'train',
  'prune',
  'finetune',
  'certify',
];

/** The workspace imports that each package may have: the package table of CONTRIBUTING.md. */
const allowed = {
  model: [],
  kernels: [],
  backend: ['model'],
  'backend-tfjs': ['model', 'backend', 'kernels'],
  teacher: ['model'],
  population: ['model', 'kernels'],
  sampled: ['model', 'kernels', 'backend', 'teacher'],
  train: ['model'],
  prune: ['model'],
  finetune: ['model', 'train'],
  certify: ['model'],
  lab: [...mathematics, 'backend'],
  figures: ['model', 'lab'],
  tasks: ['model'],
  runs: ['model', 'backend', 'teacher', 'train', 'lab', 'tasks'],
  report: ['model', 'lab', 'figures', 'tasks', 'runs'],
  claims: [...mathematics, 'lab', 'figures', 'tasks', 'runs', 'report'],
  queue: ['model', 'tasks'],
};
allowed.cli = Object.keys(allowed);

const tests = '\\.test\\.ts$';

const layers = Object.entries(allowed).map(([name, imports]) => ({
  name: `${name}-imports`,
  comment: `${name} may import ${imports.join(', ') || 'no package of the workspace'} only.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: tests },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...imports].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'playground-imports',
      comment: 'The playground may import any package but those of Node and the command line.',
      severity: 'error',
      from: { path: '^apps/playground/' },
      to: { path: '^packages/(tasks|runs|report|claims|queue|cli)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Files must not import each other in a circle (types aside).',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-deep-imports',
      comment: 'Import a package by its public entry, not by one of its inner files.',
      severity: 'error',
      from: { path: '^(?:packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/(index|checks/index|linalg/index|population/index|least-squares/index|conformance|kernels|files|worker|words)\\.ts$',
        ],
      },
    },
    {
      name: 'browser-safe',
      comment: 'Only the packages of Node and the command line may use its modules.',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: [
          '^packages/(tasks|runs|report|claims|queue|cli|kernels/(bench|scripts)|[^/]+/(test|fixtures))/',
          tests,
          'vitest\\.config\\.ts$',
        ],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'declared',
      comment: 'A package imports only what its package.json declares.',
      severity: 'error',
      from: { path: '^packages/' },
      // An optional peer is called both: npm-peer for being one, npm-no-pkg for its peerDependenciesMeta.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    // Benchmarks run on what was built.
    exclude: { path: ['^packages/[^/]+/vitest\\.config\\.ts$', '^packages/[^/]+/bench/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@softmoe/source', 'import', 'default', 'node'],
      extensions: ['.ts', '.js'],
    },
  },
};
