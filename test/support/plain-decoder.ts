/**
 * The decoder's parts by their textbook formulas, in plain loops and double precision: what the identities are judged by.
 *
 * Matrices are arrays of rows.
 */
import type { AttentionWeights, LinearWeights, NormWeights } from '../../src/model/compile/decoder-weights.js';
import { randomNumbers } from './random-numbers.js';

export type Matrix = number[][];

let seed = 100;

/** Rows of seeded numbers in [-1, 1). */
export function randomMatrix(rows: number, columns: number): Matrix {
  const numbers = randomNumbers(rows * columns, seed++);
  return Array.from({ length: rows }, (_, i) => Array.from(numbers.subarray(i * columns, (i + 1) * columns)));
}

function randomLinear(inputs: number, outputs: number): LinearWeights {
  return { inputs, outputs, weight: randomNumbers(inputs * outputs, seed++), bias: randomNumbers(outputs, seed++) };
}

export function randomAttention(width: number, inner: number, heads: number): AttentionWeights {
  const projection = () => randomLinear(width, inner);
  return { heads, query: projection(), key: projection(), value: projection(), out: randomLinear(inner, width) };
}

export function randomNorm(width: number): NormWeights {
  return { scale: randomNumbers(width, seed++), shift: randomNumbers(width, seed++), epsilon: 1e-5 };
}

export function flat(matrix: Matrix): Float32Array {
  return Float32Array.from(matrix.flat());
}

export function added(a: Matrix, b: Matrix): Matrix {
  return a.map((row, i) => row.map((value, j) => value + b[i][j]));
}

export function linearOf(x: Matrix, { inputs, outputs, weight, bias }: LinearWeights): Matrix {
  return x.map((row) =>
    Array.from({ length: outputs }, (_, o) => {
      let sum = bias[o];
      for (let i = 0; i < inputs; i++) sum += row[i] * weight[i * outputs + o];
      return sum;
    }),
  );
}

export function softmaxOf(row: readonly number[]): number[] {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

export function normOf(x: Matrix, { scale, shift, epsilon }: NormWeights): Matrix {
  return x.map((row) => {
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
    return row.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * scale[i] + shift[i]);
  });
}

/** Softmax weights of every head: [heads][queries][keys]. */
export function attentionWeightsOf(attention: AttentionWeights, queries: Matrix, keys: Matrix): Matrix[] {
  const q = linearOf(queries, attention.query);
  const k = linearOf(keys, attention.key);
  const d = attention.query.outputs / attention.heads;
  return Array.from({ length: attention.heads }, (_, h) =>
    q.map((query) =>
      softmaxOf(
        k.map((key) => {
          let sum = 0;
          for (let i = h * d; i < (h + 1) * d; i++) sum += query[i] * key[i];
          return sum / Math.sqrt(d);
        }),
      ),
    ),
  );
}

/** The output of an attention whose softmax weights are known. */
export function attendedOf(attention: AttentionWeights, weights: readonly Matrix[], values: Matrix): Matrix {
  const v = linearOf(values, attention.value);
  const d = attention.value.outputs / attention.heads;
  const context = weights[0].map((_, query) =>
    Array.from({ length: attention.value.outputs }, (_, i) => {
      const row = weights[Math.floor(i / d)][query];
      return row.reduce((sum, weight, key) => sum + weight * v[key][i], 0);
    }),
  );
  return linearOf(context, attention.out);
}

/** Softmax weights [heads][rows][columns] as the graphs hold them: [heads * columns of the turned one, ...]. */
export function turned(weights: readonly Matrix[]): Matrix {
  return weights.flatMap((head) => head[0].map((_, column) => head.map((row) => row[column])));
}
