/** Two blocks of zeros end a tar archive. */
export const TAR_TRAILER = new Uint8Array(1024);
