import type { Config } from '@softmoe/lab';
import { gates, hasOwnGates, routings } from '../session/draft.ts';
import type { Group } from './field.ts';
import { training } from './training.ts';

const hermite = (degree: number) => (degree === 3 ? 'He₃/√6 (cubic)' : `Hermite, degree ${degree}`);

const LENGTHS = { min: 0.5, max: 3, step: 0.25 };

const teacher: Group = {
  name: 'Teacher',
  fields: [
    {
      kind: 'number',
      basic: true,
      label: 'Dimension d',
      hint: 'of the inputs. The larger, the longer experts search: about √d.',
      field: 'inputDim',
      min: 8,
      max: 4096,
      logarithmic: true,
      value: ({ inputDim }) => inputDim,
      change: (inputDim) => ({ inputDim }),
    },
    {
      kind: 'number',
      basic: true,
      label: 'Teacher experts k',
      hint: 'what the student must find, without knowing how many.',
      field: 'teachers',
      min: 1,
      max: 8,
      value: ({ teachers }) => teachers,
      change: (teachers) => ({ teachers }),
    },
    {
      kind: 'choice',
      label: 'Geometry',
      hint: 'how the teacher’s directions lie to each other.',
      field: 'geometry',
      options: () => [
        ['orthonormal', 'orthonormal'],
        ['random-unit', 'random'],
        ['correlated', 'correlated'],
      ],
      value: ({ geometry }) => geometry.kind,
      change: (kind) => ({
        geometry:
          kind === 'correlated'
            ? { kind, overlap: 0.3 }
            : { kind: kind as 'orthonormal' | 'random-unit' },
      }),
    },
    {
      kind: 'number',
      label: 'Overlap',
      hint: 'between any two teacher experts.',
      field: 'geometry.overlap',
      applies: ({ geometry }) => geometry.kind === 'correlated',
      min: 0,
      max: 0.8,
      step: 0.05,
      value: ({ geometry }) => (geometry.kind === 'correlated' ? geometry.overlap : 0),
      change: (overlap) => ({ geometry: { kind: 'correlated', overlap } }),
    },
    {
      kind: 'number',
      basic: true,
      label: 'Seed',
      hint: 'of every random number: the same seed, the same run.',
      field: 'seed',
      min: 0,
      max: 99,
      value: ({ seed }) => seed,
      change: (seed) => ({ seed }),
    },
  ],
};

const student: Group = {
  name: 'Student',
  fields: [
    {
      kind: 'number',
      basic: true,
      label: 'Students m',
      hint: 'more than k make finding all likely; the rest is pruned.',
      field: 'students',
      min: 1,
      max: 40,
      value: ({ students }) => students,
      change: (students) => ({ students }),
    },
    {
      kind: 'choice',
      label: 'Routing',
      hint: ({ routing }) =>
        hasOwnGates(routing)
          ? 'each router has a gate of its own.'
          : 'the gates share one: where one unit speaks up, the others fall silent.',
      field: 'routing',
      options: () => routings.map((name) => [name, name] as const),
      value: ({ routing }) => routing,
      change: (routing) => ({ routing: routing as Config['routing'] }),
    },
    {
      kind: 'choice',
      label: 'Gate',
      hint: 'the router’s non-linearity. tanh has no mean, so experts get no head start.',
      field: 'gate',
      applies: ({ routing }) => hasOwnGates(routing),
      options: () => gates.map((name) => [name, name] as const),
      value: ({ gate }) => (typeof gate === 'string' ? gate : gate.name),
      change: (gate) => ({ gate: gate as Config['gate'] }),
    },
    {
      kind: 'choice',
      label: 'Router lengths',
      hint: ({ routerNorm }) =>
        routerNorm === 'free'
          ? 'are learned with the directions; students start at length 1.'
          : 'are given: students learn the directions of routers alone.',
      field: 'routerNorm',
      applies: ({ routing }) => hasOwnGates(routing),
      options: () => [
        ['fixed', 'fixed'],
        ['free', 'learned'],
      ],
      value: ({ routerNorm }) => (routerNorm === 'free' ? 'free' : 'fixed'),
      change: (lengths) => ({ routerNorm: lengths === 'free' ? 'free' : 1 }),
    },
    {
      kind: 'number',
      label: 'Router length',
      hint: 'of teacher and student. The longer, the sharper the gates.',
      field: 'routerNorm',
      applies: ({ routing, routerNorm }) => hasOwnGates(routing) && routerNorm !== 'free',
      ...LENGTHS,
      value: ({ routerNorm = 1 }) => (routerNorm === 'free' ? 1 : routerNorm),
      change: (routerNorm) => ({ routerNorm }),
    },
    {
      kind: 'number',
      label: 'Teacher’s router length',
      hint: 'which the student must find. The longer, the sharper the teacher’s gates.',
      field: 'teacherRouterNorm',
      applies: ({ routerNorm, teacher }) => routerNorm === 'free' && !teacher,
      ...LENGTHS,
      value: ({ teacherRouterNorm = 1 }) => teacherRouterNorm,
      change: (teacherRouterNorm) => ({ teacherRouterNorm }),
    },
    {
      kind: 'choice',
      label: 'Expert',
      hint: 'the experts’ non-linearity; the paper’s is cubic.',
      field: 'expert',
      options: ({ expert }) => [
        ...[1, 2, 3, 4, 5, 6].map((degree) => [String(degree), hermite(degree)] as const),
        ['linear', 'linear'],
        ['relu', 'ReLU'],
        ['tanh', 'tanh'],
        ['gelu', 'GELU'],
        ...(expert.kind === 'series' ? [['series', 'a Hermite series'] as const] : []),
      ],
      value: ({ expert }) => (expert.kind === 'hermite' ? String(expert.degree) : expert.kind),
      change: (name) => ({
        expert: /^\d$/.test(name)
          ? { kind: 'hermite', degree: Number(name) }
          : { kind: name as 'linear' | 'relu' | 'tanh' | 'gelu' },
      }),
    },
    {
      kind: 'choice',
      label: 'Start amplitude',
      hint: ({ routing }) =>
        hasOwnGates(routing)
          ? 'small: students align before they speak.'
          : 'units compete from the start, so there is no need for a small one.',
      field: 'initialAmplitude',
      options: ({ initialAmplitude }) =>
        [...new Set([1e-4, 1e-3, 1e-2, 0.1, 0.5, initialAmplitude].map(String))].map(
          (text) => [text, text] as const,
        ),
      value: ({ initialAmplitude }) => String(initialAmplitude),
      change: (text) => ({ initialAmplitude: Number(text) }),
    },
  ],
};

/** Everything that the page lets one choose of an experiment but pruning and fine-tuning, which stand by their figures. */
export const groups: readonly Group[] = [teacher, student, training];
