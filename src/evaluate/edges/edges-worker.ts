/* The thread in which an image's edges are matched with what people drew. */
import { answered, type ThreadAnswer } from '../threads/answered.js';
import { type EdgeEvaluation, type EdgeTask, edgeEvaluationOf } from './edge-counts.js';

export default function evaluate(task: EdgeTask): ThreadAnswer<EdgeEvaluation> {
  return answered(() => edgeEvaluationOf(task));
}
