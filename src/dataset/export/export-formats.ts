import { cocoResults } from '../../formats/coco/write-results.js';
import { cvatXml } from '../../formats/cvat/write.js';
import { type ExportedFile, type ExportedImage, jsonLinesOf, type MaskStyle } from '../../formats/exported-image.js';
import { fiftyOneFiles } from '../../formats/fiftyone/write.js';
import { geoJsonFiles } from '../../formats/geojson/write.js';
import { labelStudioTasks } from '../../formats/label-studio/write.js';
import { labelMeFiles } from '../../formats/labelme/write.js';
import { sa1bFileOf, sa1bJsonOf } from '../../formats/sa1b/write.js';
import { yoloFiles } from '../../formats/yolo/write.js';
import { cocoFileText } from './coco-file.js';
import { labelMapFiles } from './label-map-files.js';
import { pngFiles } from './png-files.js';

type Images = AsyncIterable<ExportedImage>;

/** All of an export in one text, in pieces. */
interface FileFormat {
  readonly text: (images: Images, style: MaskStyle) => AsyncIterable<string>;
  /** What the file is called where the user names none. */
  readonly fileName: string;
}

/** A folder of files. */
interface FolderFormat {
  readonly files: (images: Images, style: MaskStyle) => AsyncIterable<ExportedFile>;
}

async function* sa1bFiles(images: Images): AsyncGenerator<ExportedFile> {
  for await (const { name, result } of images) yield [`${name}.json`, sa1bJsonOf(sa1bFileOf(result))];
}

/** Every format that a run can be exported to, by the name that `--to` gives it. */
export const FORMATS = {
  coco: { text: cocoFileText, fileName: 'annotations.coco.json' },
  'coco-results': { text: (images, style) => jsonLinesOf(cocoResults(images, style)), fileName: 'results.coco.json' },
  'yolo-seg': { files: yoloFiles },
  labelme: { files: labelMeFiles },
  'label-studio': { text: (images, style) => jsonLinesOf(labelStudioTasks(images, style)), fileName: 'tasks.json' },
  cvat: { text: cvatXml, fileName: 'annotations.xml' },
  geojson: { files: geoJsonFiles },
  png: { files: pngFiles },
  labelmap: { files: labelMapFiles },
  fiftyone: { files: fiftyOneFiles },
  sa1b: { files: sa1bFiles },
} as const satisfies Readonly<Record<string, FileFormat | FolderFormat>>;

/** Names of the formats, as `--to` takes them. */
export const EXPORT_FORMATS = Object.keys(FORMATS) as readonly ExportFormat[];

/** Name of a format. */
export type ExportFormat = keyof typeof FORMATS;

/** All files of an export, where a format of one file has the name that nobody gave. */
export async function* filesOf(
  format: FileFormat | FolderFormat,
  images: Images,
  style: MaskStyle,
): AsyncGenerator<ExportedFile> {
  if ('files' in format) yield* format.files(images, style);
  else yield [format.fileName, format.text(images, style)];
}
