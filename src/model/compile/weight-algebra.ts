/**
 * Arithmetic on weights, done once when a decoder is compiled: sums in double precision, results in single.
 *
 * Matrices are row-major.
 *
 * @module
 */

/** a [m, k] times b [k, n]. */
export function matrixProduct(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array {
  const product = new Float32Array(m * n);
  const row = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    row.fill(0);
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j];
      for (let c = 0; c < n; c++) row[c] += factor * b[j * n + c];
    }
    product.set(row, i * n);
  }
  return product;
}

/** Every value times a factor. */
export function scaledBy(factor: number, values: Float32Array): Float32Array {
  return values.map((value) => value * factor);
}

/** a + b, element by element. */
export function sumOf(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

/** Rows of a matrix [rows.length, columns] each times its own factor. */
export function rowsScaledBy(factors: Float32Array, matrix: Float32Array): Float32Array {
  const columns = matrix.length / factors.length;
  return matrix.map((value, i) => value * factors[Math.floor(i / columns)]);
}

/** Every stretch of `group` neighbours minus its mean: what a matrix's rows become so that its products have mean zero. */
export function centredGroups(values: Float32Array, group: number): Float32Array {
  const centred = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += group) {
    let sum = 0;
    for (let i = start; i < start + group; i++) sum += values[i];
    const mean = sum / group;
    for (let i = start; i < start + group; i++) centred[i] = values[i] - mean;
  }
  return centred;
}

/** The values over and over. */
export function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}

/** Columns [from, from + count) of a matrix with `columns` columns. */
export function columnsOf(matrix: Float32Array, columns: number, from: number, count: number): Float32Array {
  const rows = matrix.length / columns;
  const cut = new Float32Array(rows * count);
  for (let i = 0; i < rows; i++) cut.set(matrix.subarray(i * columns + from, i * columns + from + count), i * count);
  return cut;
}

/** A matrix [rows, columns] turned into [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = matrix[i * columns + j];
  return turned;
}
