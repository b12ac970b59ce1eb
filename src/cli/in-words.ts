/** Below so many images a minute, the seconds of an image say more. */
const SLOW_IMAGES_PER_MINUTE = 2;

/** `1 image`, `2 images`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Seconds as a clock shows them: `0:07`, `2:05`, `1:02:05`, and `3 d 4 h` for days. */
export function clockOf(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  const minutes = Math.floor(whole / 60) % 60;
  const ss = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${ss}` : `${minutes}:${ss}`;
}

/** How fast a run is, in what reads better: `14.2 images/min` or `45 s/image`. */
export function rateOf(imagesPerMinute: number): string {
  if (imagesPerMinute >= SLOW_IMAGES_PER_MINUTE) {
    return `${imagesPerMinute.toFixed(imagesPerMinute < 100 ? 1 : 0)} images/min`;
  }
  return `${(60 / imagesPerMinute).toFixed(0)} s/image`;
}

/** A span of time as people say it. */
export function durationInWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${(hours / 24).toFixed(1)} days`;
}

/** Bytes as people say them. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
