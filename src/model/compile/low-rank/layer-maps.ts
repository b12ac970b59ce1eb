import type { GraphBuilder } from '../../onnx/graph-builder.js';
import type { Tensor } from '../../onnx/tensors.js';
import type { DecoderWeights, LinearWeights } from '../decoder-weights.js';
import { centredGroups, matrixProduct, rowsScaledBy, scaledBy, sumOf, transposed } from '../weight-algebra.js';

/** X0 with layer 0's residual bias, among the terms of an image token: what no prompt has touched. */
export const IMAGE_TERM = -1;

/**
 * Image tokens as sums of few terms, in the space of the weights.
 *
 * Before layer l's normalisation a token minus its mean is `y_l = A_l R_l + r_(l-1) y_(l-1) N_(l-1)`, and `y_0 = A_0 R_0 + F`. Here A_l are
 * the layer's attention weights, R_l the rows that they weigh (values times the output projection, minus their mean), F the image alone, r_l one
 * over the token's deviation, and `N_l = scale_l (I - 1 1^T / C)` the normalisation's scale with the next mean taken out. After it the
 * token is `x_(l+1) = r_l y_l scale_l + shift_l`. So whatever reads x or y linearly reads F, once per image, and the rows R, once per
 * prompt, through the matrices of this class; the tokens themselves are never made.
 */
export class LayerMaps {
  readonly #weights: DecoderWeights;
  readonly #chains = new Map<string, Float32Array>();

  constructor(weights: DecoderWeights) {
    this.#weights = weights;
  }

  /** How y of layer `to` holds a term: N_from ... N_(to-1), [C, C]. */
  between(term: number, to: number): Float32Array {
    const { width, layers } = this.#weights;
    const from = Math.max(term, 0);
    const key = `${from} ${to}`;
    let chain = this.#chains.get(key);
    if (!chain) {
      chain = identity(width);
      // from the left, by what N does to rows
      for (let l = to - 1; l >= from; l--) chain = rowsScaledBy(layers[l].norm4.scale, columnsCentred(chain, width));
      this.#chains.set(key, chain);
    }
    return chain;
  }

  /**
   * How a reader of x sees a term, [C, m]; the shift of the last normalisation is not among the terms.
   *
   * @param layer - The layer that reads, from 1 on; the number of layers for what reads their result.
   * @param reader - What it multiplies x by, [C, m].
   */
  reading(layer: number, term: number, reader: LinearWeights): Float32Array {
    const { width, layers } = this.#weights;
    const scaled = rowsScaledBy(layers[layer - 1].norm4.scale, reader.weight);
    return matrixProduct(this.between(term, layer - 1), scaled, width, width, reader.outputs);
  }

  /**
   * Cross terms of a token's sum of squares: twice the products of a term with rows that come in another term's place, as a layer's
   * normalisation sees both, [C, r].
   *
   * @param rows - [r, C]
   */
  crossTerms(layer: number, term: number, { rows, place }: { rows: Float32Array; place: number }): Float32Array {
    const { width } = this.#weights;
    const count = rows.length / width;
    const seen = matrixProduct(rows, this.between(place, layer), count, width, width);
    const columns = transposed(seen, count, width);
    return scaledBy(2, matrixProduct(this.between(term, layer), columns, width, width, count));
  }

  /**
   * The output projection that makes rows R of a layer's values, by head, [H, d, C]. From layer 1 on each head has one more
   * value, 1 / H: its row is what every token gets besides, which adds up because a head's weights sum to 1.
   */
  outputByHead(layer: number): Tensor {
    const { width, layers } = this.#weights;
    const { heads, out } = layers[layer].imageToToken;
    const centred = centredGroups(out.weight, width);
    const d = out.inputs / heads;
    if (layer === 0) return { dims: [heads, d, width], data: centred };
    const constant = centredGroups(sumOf(this.residualBias(layer), layers[layer - 1].norm4.shift), width);
    const data = new Float32Array(heads * (d + 1) * width);
    for (let h = 0; h < heads; h++) {
      data.set(centred.subarray(h * d * width, (h + 1) * d * width), h * (d + 1) * width);
      data.set(constant, (h * (d + 1) + d) * width);
    }
    return { dims: [heads, d + 1, width], data };
  }

  /** What a layer adds to every image token, the values' bias included, [C]. */
  residualBias(layer: number): Float32Array {
    const { value, out } = this.#weights.layers[layer].imageToToken;
    return sumOf(out.bias, matrixProduct(value.bias, out.weight, 1, out.inputs, out.outputs));
  }

  /** The value projection that belongs to {@link outputByHead}. */
  value(layer: number): LinearWeights {
    const { heads, value } = this.#weights.layers[layer].imageToToken;
    if (layer === 0) return { ...value, bias: new Float32Array(value.outputs) };
    const d = value.outputs / heads;
    const outputs = heads * (d + 1);
    const weight = new Float32Array(value.inputs * outputs);
    const bias = new Float32Array(outputs).fill(1 / heads);
    for (let h = 0; h < heads; h++) {
      bias.fill(0, h * (d + 1), h * (d + 1) + d);
      for (let c = 0; c < value.inputs; c++) {
        const from = c * value.outputs + h * d;
        weight.set(value.weight.subarray(from, from + d), c * outputs + h * (d + 1));
      }
    }
    return { inputs: value.inputs, outputs, weight, bias };
  }
}

/** A graph in which image tokens are sums of terms, and the model that it is about. */
export interface LowRank {
  readonly graph: GraphBuilder;
  readonly weights: DecoderWeights;
  readonly maps: LayerMaps;
}

function identity(size: number): Float32Array {
  const matrix = new Float32Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}

/** A matrix whose columns each have mean zero. */
function columnsCentred(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  const means = new Float64Array(columns);
  for (let i = 0; i < matrix.length; i++) means[i % columns] += matrix[i] / rows;
  return matrix.map((value, i) => value - means[i % columns]);
}
