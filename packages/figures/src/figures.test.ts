import {
  courseOf,
  type ExperimentResult,
  type FinetuneStage,
  lastStage,
  milestonesOf,
  type RecordLine,
  recordLine,
  runPipeline,
} from '@softmoe/lab';
import { createMoE } from '@softmoe/model';
import { dot, mapParams, row, takeRows } from '@softmoe/model/linalg';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { alignmentFigure } from './alignment.ts';
import { amplitudesFigure } from './amplitudes.ts';
import { certificateFigure } from './certificate.ts';
import type { Figure } from './draw.ts';
import { drawFigure } from './draw.ts';
import { eliminationFigure } from './elimination.ts';
import { lagsFigure } from './lags.ts';
import { lossFigure } from './loss.ts';
import { overlapsFigure } from './overlaps.ts';
import { teacherColor } from './palette.ts';
import { planeOf, unitOnPlane, widestAxes } from './plane.ts';
import { planeFigure } from './plane-figure.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const draw = (figure: Figure, width?: number) =>
  drawFigure(figure, { document, ...(width === undefined ? {} : { width }) });
const textsOf = (svg: Element) =>
  [...svg.querySelectorAll('text')].map(({ textContent }) => textContent);
const marksOf = (svg: Element, label: string) =>
  svg.querySelectorAll(`[data-mark="${label}"] > *`).length;

let result: ExperimentResult;
const records: RecordLine[] = [];
beforeAll(async () => {
  const config = { inputDim: 24, teachers: 2, students: 8, seed: 1 };
  result = await runPipeline(config, {
    onRecord: (event) => {
      if ('record' in event) records.push(recordLine(event));
    },
  });
});

const trained = () => courseOf(records).train.at(-1)!;

describe('the figures of a run', () => {
  it('finds the milestones of the result in the records', () => {
    expect(milestonesOf(courseOf(records).train, result.config)).toEqual(result.milestones);
  });

  it('counts the steps of fine-tuning on through its stages, also of a run that is still in the first', () => {
    const line = (stage: FinetuneStage, step: number): RecordLine => ({
      ...trained(),
      phase: 'finetune',
      stage,
      step,
    });
    const online = [line('online', 0), line('online', 20)];
    const both = courseOf([...online, line('exact', 0), line('exact', 10)]);
    expect(both.tune.map(({ total }) => total)).toEqual([0, 20, 20, 30]);
    expect(lastStage(both).map(({ step }) => step)).toEqual([0, 10]);
    expect(lastStage(courseOf(online))).toEqual([]);
  });

  it('draws both phases of the loss, each teacher expert found and the predicted slope', () => {
    const figure = lossFigure({
      records,
      sizes: result,
      predicted: result.contraction.predicted,
      config: result.config,
    });
    const svg = draw(figure);
    expect(marksOf(svg, 'rule')).toBe(2 + 1);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['1', '2', '1  learn', '2  prune 8 → 2', '3  fine-tune', '10⁻¹⁵']),
    );
    expect(marksOf(svg, 'line')).toBe(4);
    expect(figure.caption).toContain('straight line');
  });

  it('draws the loss of a run that only trains over the whole width', () => {
    const figure = lossFigure({ records: courseOf(records).train });
    expect(marksOf(draw(figure), 'line')).toBe(1);
    expect(textsOf(draw(figure))).not.toContain('3  fine-tune');
    expect(figure.caption).not.toContain('fine-tuning');
  });

  it('draws a curve for each expert and router, and an arc for each lag', () => {
    const svg = draw(alignmentFigure(records, result.config));
    expect(marksOf(svg, 'line')).toBe(4);
    expect(marksOf(svg, 'arrow')).toBe(2);
    const stroked = (j: number) => svg.querySelectorAll(`path[stroke="${light(j)}"]`).length;
    expect([stroked(0), stroked(1)]).toEqual([1, 1]);
  });

  it('ends the time axis after the last alignment, unless one is missing or lost again', () => {
    const { train } = courseOf(records);
    const last = Math.max(
      ...result.milestones.expert.map(Number),
      ...result.milestones.router.map(Number),
    );
    const endOf = (lines: readonly RecordLine[]) =>
      (alignmentFigure(lines, result.config).options.x as { domain: number[] }).domain[1];
    expect(endOf(train)).toBeCloseTo(2.2 * last, 9);
    expect(endOf(train.slice(0, 9))).toBe(train[8]!.time);
    const lost = { student: [0, 1], expert: [0.4, 1], router: [1, 1] };
    const forgetful = train.with(-1, { ...train.at(-1)!, alignment: lost });
    expect(endOf(forgetful)).toBe(train.at(-1)!.time);
  });

  it('writes the lags in flow time', () => {
    const { expert, router } = result.milestones;
    const lags = expert.map((at, j) => router[j]! - at!);
    const texts = textsOf(draw(lagsFigure(records, result.config)));
    expect(texts).toEqual(expect.arrayContaining(lags.map((lag) => `+${lag.toFixed(1)}`)));
  });

  it('draw no lag and claim no order where the records lie too far apart to tell', () => {
    const { train } = courseOf(records);
    const ends = [train[0]!, train.at(-1)!];
    expect(
      textsOf(draw(lagsFigure(ends, result.config))).filter((text) => text === '?'),
    ).toHaveLength(2);
    const { title, caption } = alignmentFigure(ends, result.config);
    expect(title).toBe('How experts and routers align');
    expect(caption).toContain('too far apart to tell which came first');
  });

  it('says so where nothing has been found yet', () => {
    const figure = lagsFigure(records.slice(0, 2), result.config);
    expect(textsOf(draw(figure)).filter((text) => text === 'not found')).toHaveLength(2);
    expect(alignmentFigure(records.slice(0, 2), result.config).caption).toContain(
      'No router has followed',
    );
  });

  it('draws a square for each overlap, hollow where it is negative', () => {
    const svg = draw(overlapsFigure(trained()));
    const { expert, router } = trained().overlaps!;
    const negative = [...expert, ...router].flat().filter((overlap) => overlap < 0).length;
    expect(svg.querySelectorAll('[data-mark="dot"] path')).toHaveLength(2 * 8 * 2);
    expect(svg.querySelectorAll('[data-mark="dot"] g[fill="#ffffff"] path')).toHaveLength(negative);
  });

  it('numbers the amplitudes by teacher expert', () => {
    const svg = draw(amplitudesFigure(trained()));
    expect(svg.querySelectorAll('[data-mark="bar"] rect')).toHaveLength(8);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['1', '2']));
  });

  it('marks the cliff and the size kept', () => {
    const svg = draw(eliminationFigure({ curve: result.elimination, kept: result.survivors }));
    expect(textsOf(svg)).toContain('2 kept');
    expect(textsOf(svg).join()).toMatch(/one fewer: ×\d/);
  });

  it('sets the measured contraction against the predicted one', () => {
    const { contraction } = result;
    const svg = draw(certificateFigure({ records, contraction }));
    const texts = textsOf(svg).join('\n');
    expect(texts).toContain(`measured: ×${contraction.measured!.toFixed(6)}`);
    expect(texts).toContain(`predicted: ×${contraction.predicted!.toFixed(6)}`);
    expect(marksOf(svg, 'line')).toBe(1);
    const without = { predicted: null, measured: null };
    const plain = draw(certificateFigure({ records, contraction: without }));
    expect(marksOf(plain, 'line')).toBe(1);
    expect(textsOf(plain).join()).not.toContain('predicted');
    // A factor above one is no slope down.
    const uphill = { records, contraction: { predicted: 1.000005, measured: null } };
    expect(textsOf(draw(certificateFigure(uphill))).join()).not.toContain('predicted');
    expect(lossFigure({ records, predicted: 1.000005 }).caption).not.toContain('straight');
  });

  it.each([1e-6, 1e6])(
    'takes the end of a loss for zero by its start, at losses of %d too',
    (scale) => {
      const { contraction } = result;
      const scaled = (end: number) =>
        records.map((record, i) => ({
          ...record,
          loss:
            scale * (record.phase === 'finetune' && i === records.length - 1 ? end : record.loss),
        }));
      const labelled = (end: number) =>
        textsOf(draw(certificateFigure({ records: scaled(end), contraction }))).join();
      expect(labelled(1e-16)).not.toContain('loss above');
      expect(labelled(1e-8)).toContain('loss above');
    },
  );

  it('draws the plane on which teacher and student differ most, and stays with it while that is close', () => {
    const { teacher, final } = result.models;
    const only = (unit: number) =>
      createMoE(
        { ...final.spec, experts: 1 },
        mapParams(final.params, (rows) => takeRows(rows, [unit])),
      );
    for (const unit of [0, 1]) {
      const found = dot(row(final.params.expert, unit), row(teacher.params.expert, 0)) > 0.9;
      const missing = found ? 1 : 0;
      const axes = widestAxes(only(unit), teacher)!;
      expect(axes.map(({ teacher: j }) => j)).toEqual([missing, missing]);
      expect(planeOf(only(unit), teacher, axes)!.gap).toBeGreaterThan(1);
      expect(widestAxes(only(unit), teacher, axes)).toEqual(axes);
      const other = axes.map((axis) => ({ ...axis, teacher: 1 - missing }));
      expect(widestAxes(only(unit), teacher, other as unknown as typeof axes)).toEqual(axes);
    }
    const nothing = widestAxes(teacher, teacher, [
      { kind: 'expert', teacher: 1 },
      { kind: 'router', teacher: 1 },
    ])!;
    expect(planeOf(teacher, teacher, nothing)!.gap).toBe(0);
  });

  it('units alone add up to their model on a plane, and what is no unit has no function', () => {
    const { teacher, final } = result.models;
    const axes = widestAxes(final, teacher)!;
    const plane = planeOf(final, teacher, axes)!;
    const alone = [0, 1].map((unit) => unitOnPlane(final, unit, teacher, axes)!);
    for (const [i, value] of plane.student.entries()) {
      expect(alone[0]![i]! + alone[1]![i]!).toBeCloseTo(value, 12);
    }
    expect(unitOnPlane(final, final.spec.experts, teacher, axes)).toBeUndefined();
    expect(unitOnPlane(final, 0, teacher, [axes[0], axes[0]])).toBeUndefined();
  });

  it('draws three maps of which the difference vanishes', () => {
    const axes = [
      { kind: 'expert', teacher: 0 },
      { kind: 'router', teacher: 1 },
    ] as const;
    const plane = planeOf(result.models.final, result.models.teacher, axes)!;
    const levels = [...draw(planeFigure(plane)).querySelectorAll('[data-mark="contour"]')].map(
      (group) => group.querySelectorAll('path').length,
    );
    expect(levels).toHaveLength(6);
    expect(levels.slice(0, 4).every((count) => count > 0)).toBe(true);
    expect(levels.slice(4)).toEqual([0, 0]);
    const parallel = [axes[0], axes[0]] as const;
    expect(planeOf(result.models.final, result.models.teacher, parallel)).toBeUndefined();
  });
});

describe('drawFigure', () => {
  it('gives a whole file for print, or one that follows the page', () => {
    const figure = alignmentFigure(records, result.config);
    const print = draw(figure, 380);
    expect(print.getAttribute('width')).toBe('380');
    expect(print.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
    expect(print.querySelector('title')!.textContent).toBe(figure.title);
    expect(print.querySelector('desc')!.textContent).toBe(figure.caption);
    expect(print.outerHTML).not.toContain('var(--');
    const page = drawFigure(figure, { document, colors: 'page' });
    expect(page.outerHTML).toContain(teacherColor(0));
  });
});

function light(j: number): string {
  return /#\w{6}/.exec(teacherColor(j))![0];
}
