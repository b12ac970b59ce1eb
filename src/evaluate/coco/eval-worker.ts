/* The thread in which an image's record is read and matched with its objects. */
import { answered, type ThreadAnswer } from '../threads/answered.js';
import { type EvaluationTask, type ImageEvaluation, imageEvaluationOf } from './image-evaluation.js';

export default function evaluate(task: EvaluationTask): ThreadAnswer<ImageEvaluation> {
  return answered(() => imageEvaluationOf(task));
}
