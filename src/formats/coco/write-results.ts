import type { ExportedImage, MaskStyle } from '../exported-image.js';
import { CategoryTable } from './category-table.js';
import { cocoImageEntryOf } from './write.js';

/** One line of COCO's results format (https://cocodataset.org/#format-results) for each mask: what `loadRes` of pycocotools reads. */
export async function* cocoResults(images: AsyncIterable<ExportedImage>, style: MaskStyle): AsyncGenerator<unknown> {
  const categories = new CategoryTable(style.categories ?? []);
  for await (const { result } of images) {
    for (const mask of cocoImageEntryOf(result, style).masks) {
      yield {
        image_id: result.imageId,
        category_id: categories.idOf(mask.category_id, mask.category),
        bbox: mask.bbox,
        segmentation: mask.segmentation,
        score: mask.score ?? mask.predicted_iou,
      };
    }
  }
}
