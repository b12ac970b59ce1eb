/* The thread in which records of two runs are read and matched. */
import { answered, type ThreadAnswer } from '../threads/answered.js';
import { type ImageComparison, type ImagePair, imageComparisonOf } from './image-comparison.js';

export default function compare(pair: ImagePair): ThreadAnswer<ImageComparison> {
  return answered(() => imageComparisonOf(pair));
}
