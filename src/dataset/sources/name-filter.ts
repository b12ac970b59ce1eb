import picomatch from 'picomatch';

/** Which of the images below a folder, a glob or an archive are meant. */
export interface NameFilterOptions {
  /** Globs of which one must match; all when empty. */
  readonly include: readonly string[];
  /** Globs of which none may match; a folder that matches is not entered. */
  readonly exclude: readonly string[];
  /** Whether names that begin with a dot are taken. */
  readonly hidden: boolean;
}

/** Decides by names below an input, with forward slashes. */
export interface NameFilter {
  /** Whether an image is meant. */
  takes(name: string): boolean;
  /** Whether a folder may hold images that are meant. */
  enters(folder: string): boolean;
  /** Whether an archive is to be searched. */
  opens(archive: string): boolean;
  /** Decides about what is inside archives, by names below them. */
  readonly inArchives: NameFilter;
}

/** Whether the last part of a name begins with a dot. */
export function isHidden(name: string): boolean {
  return name.charAt(name.lastIndexOf('/') + 1) === '.';
}

/** As in .gitignore: a glob without a slash is about the last part of a name, wherever it lies. */
function matcherOf(globs: readonly string[]): (name: string) => boolean {
  const matchers = globs.map((glob) => picomatch(glob, { dot: true, basename: !glob.includes('/') }));
  return (name) => matchers.some((matches) => matches(name));
}

/** The filter of some options. */
export function nameFilterOf({ include, exclude, hidden }: NameFilterOptions): NameFilter {
  const isIncluded = include.length > 0 ? matcherOf(include) : () => true;
  const isExcluded = matcherOf(exclude);
  const isSeen = (name: string) => hidden || !isHidden(name);
  const isMeant = (name: string) => isSeen(name) && !isExcluded(name);
  const filter: NameFilter = {
    takes: (name) => isMeant(name) && isIncluded(name),
    enters: isMeant,
    opens: isMeant,
    get inArchives() {
      return filter;
    },
  };
  return filter;
}
