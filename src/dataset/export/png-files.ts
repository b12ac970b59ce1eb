import type { ExportedFile, ExportedImage } from '../../formats/exported-image.js';
import { maskRecordOf } from '../../formats/sa1b/write.js';
import { greyPngOf } from '../../image/encode-image.js';
import { rowMajorFromMaskRuns } from '../../mask/runs/dense-mask.js';
import type { FoundMask } from '../../sam/found-mask.js';

/** Columns of metadata.csv, as Meta's amg.py writes them. */
const COLUMNS =
  'id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h';

/** A folder for each image with a black and white PNG for each mask, counted from 0, and `metadata.csv`: as Meta's amg.py. */
export async function* pngFiles(images: AsyncIterable<ExportedImage>): AsyncGenerator<ExportedFile> {
  for await (const { name, result } of images) {
    const { width, height, masks } = result;
    for (const [i, { mask }] of masks.entries()) {
      const levels = rowMajorFromMaskRuns(mask).map((value) => 255 * value);
      yield [`${name}/${i}.png`, await greyPngOf({ levels, width, height })];
    }
    yield [`${name}/metadata.csv`, `${[COLUMNS, ...masks.map(csvLineOf)].join('\n')}\n`];
  }
}

function csvLineOf(mask: FoundMask, index: number): string {
  const { area, bbox, point_coords, predicted_iou, stability_score, crop_box } = maskRecordOf(mask, index + 1);
  // masks of boxes have no point
  const [x = '', y = ''] = point_coords[0] ?? [];
  return [index, area, ...bbox, x, y, predicted_iou, stability_score, ...crop_box].join(',');
}
