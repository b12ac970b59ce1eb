/** Labels of points as SAM's ONNX exports have them; 1 is foreground, 0 background. */

/** A point that is not there. */
export const PADDING = -1;
export const BOX_TOP_LEFT = 2;
export const BOX_BOTTOM_RIGHT = 3;
