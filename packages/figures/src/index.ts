export { alignmentFigure } from './alignment.ts';
export { amplitudesFigure } from './amplitudes.ts';
export { decades, drawable } from './axes.ts';
export { type CertificateFigureData, certificateFigure } from './certificate.ts';
export { orderTitle } from './course.ts';
export { type DrawOptions, drawFigure, type Figure, type FigureOptions } from './draw.ts';
export { type EliminationFigureData, eliminationFigure } from './elimination.ts';
export {
  type Clock,
  clockOf,
  fixed,
  listed,
  lossBound,
  lossWords,
  plural,
  powerOfTen,
  readable,
  signed,
} from './format.ts';
export { type HeatMapCell, type HeatMapFigureData, heatMapFigure } from './heat-map.ts';
export { lagsFigure } from './lags.ts';
export { type LossFigureData, lossFigure } from './loss.ts';
export { overlapsFigure } from './overlaps.ts';
export { type ColorName, color, palette, teacherColor } from './palette.ts';
export { type Plane, type PlaneAxis, planeOf, widestAxes } from './plane.ts';
export { planeFigure } from './plane-figure.ts';
export { predictedLine } from './predicted-line.ts';
export { type RecoveryFigureData, type RecoveryPoint, recoveryFigure, wilson } from './recovery.ts';
export { secondsFigure } from './seconds.ts';
export { type Trace, traces } from './traces.ts';
export {
  type Agreement,
  adviceWords,
  agreementOf,
  contractedWords,
  fallWords,
  identifiabilityWords,
  limitOf,
  type Pace,
  paceOf,
  removalWords,
  type Surface,
  times,
  type VerdictWords,
  verdictWords,
  warningWords,
} from './words.ts';
