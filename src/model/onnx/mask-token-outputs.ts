/** Output of an edited decoder: low-res logits of every mask token, single-mask token first; [1, 4, 256, 256] row-major. */
export const MASK_TOKEN_LOGITS = 'mask_token_logits';
/** Output of an edited decoder: predicted IoU of every mask token, single-mask token first; [1, 4]. */
export const MASK_TOKEN_IOU = 'mask_token_iou';
