import type { MoE } from '@softmoe/model';
import type { PbfWriter } from 'pbf';
import {
  arrayTypes,
  type Graph,
  graphOf,
  INPUTS,
  type Node,
  OUTPUTS,
  type Precision,
  type Tensor,
} from './graph.ts';

/** Operators as of ONNX 1.8: every runtime since the end of 2020 has them. */
const OPERATOR_SET = 13;
const IR_VERSION = 7;

/** Number of whole numbers among the types of attributes in onnx.proto. */
const INT = 2;

/**
 * An ONNX file of a model: f(x) from `inputs` [batch, inputDim] to `outputs` [batch], both float32, for any number of points, in
 * operators of the standard set 13. It holds the parameters under their own names and computes in float64 (but erf, of which
 * runtimes have float32 only), or all in float32, for devices that have no other; the spec is JSON in the metadata `softmoe.spec`.
 * Throws `UnsupportedError` for a gate, expert or routing that is none of `@softmoe/model`, `ValueError` for a parameter beyond
 * float32 where that is asked for, `ShapeError` for a model in the coordinates of a frame, and what `createMoE` throws for what is
 * no model.
 */
export async function saveOnnx(
  model: MoE,
  { precision = 'float64' }: { readonly precision?: Precision } = {},
): Promise<Uint8Array> {
  const graph = graphOf(model, precision);
  const { PbfWriter } = await import('pbf');
  const file = new PbfWriter();
  file.writeVarintField(1, IR_VERSION);
  file.writeStringField(2, 'softmoe');
  file.writeMessage(7, writeGraph, { ...graph, inputDim: model.spec.inputDim });
  file.writeMessage(8, writeOperatorSet, OPERATOR_SET);
  file.writeMessage(14, writeEntry, ['softmoe.spec', JSON.stringify(model.spec)]);
  return file.finish();
}

function writeGraph(graph: Graph & { inputDim: number }, file: PbfWriter): void {
  for (const node of graph.nodes) file.writeMessage(1, writeNode, node);
  file.writeStringField(2, 'softmoe');
  for (const tensor of graph.tensors) file.writeMessage(5, writeTensor, tensor);
  file.writeMessage(11, writeValue, { name: INPUTS, shape: ['batch', graph.inputDim] });
  file.writeMessage(12, writeValue, { name: OUTPUTS, shape: ['batch'] });
}

function writeNode({ operator, inputs, output, attributes }: Node, file: PbfWriter): void {
  for (const input of inputs) file.writeStringField(1, input);
  file.writeStringField(2, output);
  file.writeStringField(3, output);
  file.writeStringField(4, operator);
  for (const attribute of Object.entries(attributes)) {
    file.writeMessage(5, writeAttribute, attribute);
  }
}

function writeAttribute([name, value]: [string, number], file: PbfWriter): void {
  file.writeStringField(1, name);
  file.writeVarintField(3, value);
  file.writeVarintField(20, INT);
}

function writeTensor({ name, shape, data }: Tensor, file: PbfWriter): void {
  file.writePackedVarint(1, [...shape]);
  const numbers = Array.from(data);
  if (data instanceof Float64Array) {
    file.writeVarintField(2, arrayTypes.float64);
    file.writePackedDouble(10, numbers);
  } else if (data instanceof Float32Array) {
    file.writeVarintField(2, arrayTypes.float32);
    file.writePackedFloat(4, numbers);
  } else {
    file.writeVarintField(2, arrayTypes.int64);
    file.writePackedVarint(7, numbers);
  }
  file.writeStringField(8, name);
}

/** What goes in or comes out: its name and its shape, of which sizes that are open have a name. */
interface Value {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

function writeValue({ name, shape }: Value, file: PbfWriter): void {
  file.writeStringField(1, name);
  file.writeMessage(2, writeType, shape);
}

function writeType(shape: Value['shape'], file: PbfWriter): void {
  file.writeMessage(1, writeArrayType, shape);
}

function writeArrayType(shape: Value['shape'], file: PbfWriter): void {
  file.writeVarintField(1, arrayTypes.float32);
  file.writeMessage(2, writeShape, shape);
}

function writeShape(shape: Value['shape'], file: PbfWriter): void {
  for (const size of shape) file.writeMessage(1, writeSize, size);
}

function writeSize(size: number | string, file: PbfWriter): void {
  if (typeof size === 'number') file.writeVarintField(1, size);
  else file.writeStringField(2, size);
}

function writeOperatorSet(version: number, file: PbfWriter): void {
  file.writeStringField(1, '');
  file.writeVarintField(2, version);
}

function writeEntry([key, value]: [string, string], file: PbfWriter): void {
  file.writeStringField(1, key);
  file.writeStringField(2, value);
}
