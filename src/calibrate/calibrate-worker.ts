/* The thread in which all rules are tried on an image. */
import { answered, type ThreadAnswer } from '../evaluate/threads/answered.js';
import { type CurvesTask, type ImageCurves, imageCurvesOf } from './image-curves.js';

export default function judge(task: CurvesTask): ThreadAnswer<ImageCurves> {
  return answered(() => imageCurvesOf(task));
}
