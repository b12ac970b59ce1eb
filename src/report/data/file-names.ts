/**
 * Names of a report's files, and of what the scripts among them hand over. They are made of numbers alone: a name that a user gave
 * to an image is never part of a path.
 *
 * @module
 */

/** The folder of everything but the page itself. */
export const DATA_FOLDER = 'report';

/** Images whose files share a folder. */
const IMAGES_PER_FOLDER = 1000;

export const REPORT_FILES = {
  page: 'index.html',
  /** Says that the folder is a report, whole or not. */
  mark: '.sam-cli-report',
  script: `${DATA_FOLDER}/view.js`,
  style: `${DATA_FOLDER}/report.css`,
} as const;

/** Names of what the scripts of a report hand over; `scriptFileOf` says where each is. */
export const DATA_NAMES = {
  head: 'head',
  images: (chunk: number) => `images-${chunk}`,
  failures: (chunk: number) => `failures-${chunk}`,
  masks: (imageId: number) => `${folderOf(imageId)}/${imageId}`,
} as const;

/** The script that hands over what has this name. */
export function scriptFileOf(dataName: string): string {
  return `${DATA_FOLDER}/${dataName}.js`;
}

/** The image itself at the size of a screen. */
export function imageFileOf(imageId: number): string {
  return `${DATA_FOLDER}/${folderOf(imageId)}/${imageId}.jpg`;
}

/** The image at the size of the gallery. */
export function thumbnailFileOf(imageId: number): string {
  return `${DATA_FOLDER}/${folderOf(imageId)}/${imageId}-small.jpg`;
}

function folderOf(imageId: number): string {
  return `${Math.floor(imageId / IMAGES_PER_FOLDER)}`;
}
