import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { imageLibraryVersions } from '../image/library-versions.js';
import type { Device } from '../model/runtime/device.js';
import { type RuntimeInfo, runtimeInfo } from '../model/runtime/runtime-info.js';
import { packageVersion } from '../package-root.js';
import { userCacheDir } from '../storage/user-cache.js';
import { type MachineReport, machineReport } from './machine.js';
import { type TrialReport, trialOf } from './trial.js';

/** A folder that the tool keeps files in. */
export interface CacheReport {
  readonly folder: string;
  /** Whether files can be kept there; runs go on without, but compile the decoder each time. */
  readonly writable: boolean;
  readonly files: number;
  readonly bytes: number;
}

/** All that a maintainer asks first. Names are those of the command's JSON. */
export interface DoctorReport {
  /** Whether the trial image came out as it must. */
  readonly ok: boolean;
  readonly versions: Readonly<Record<'sam-cli' | 'node' | 'onnxruntime' | 'sharp' | 'vips', string>>;
  readonly machine: MachineReport;
  readonly providers: RuntimeInfo['providers'];
  readonly cache: CacheReport;
  /** Of the working folder's disk. */
  readonly disk_free: number;
  readonly trial: TrialReport;
}

/** Looks at this installation and takes an image through it. Never throws for what is wrong with it. */
export async function doctorReport(model: string, device: Device): Promise<DoctorReport> {
  const { version, providers } = runtimeInfo();
  const { bavail, bsize } = await statfs('.');
  // first, so that what the trial keeps there is seen
  const trial = await trialOf(model, device);
  return {
    ok: trial.ok,
    versions: { 'sam-cli': packageVersion, node: process.version, onnxruntime: version, ...imageLibraryVersions() },
    machine: await machineReport(),
    providers,
    cache: await cacheReport(userCacheDir()),
    disk_free: bavail * bsize,
    trial,
  };
}

async function cacheReport(folder: string): Promise<CacheReport> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const stats = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
  const files = stats.filter((each) => each?.isFile());
  return {
    folder,
    writable: await isWritable(resolve(folder)),
    files: files.length,
    bytes: files.reduce((sum, each) => sum + (each?.size ?? 0), 0),
  };
}

/** Whether a folder can be written, or made where it is not there. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isAbsent && dirname(folder) !== folder && isWritable(dirname(folder));
  }
}
