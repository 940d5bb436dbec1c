/**
 * Which versions this code reads. A file of an older version is read by that version's rules and
 * brought up to the model here; version 1 is the first, so there is nothing to bring up yet.
 * Whoever raises MIGTRACE_VERSION adds the step here and a section to docs/CHANGELOG-formats.md.
 */
import type { ProblemList } from '../../../base/problem';
import { MIGTRACE_VERSION } from './spec';

/** Says whether a file that names `version` can be read; if not, adds the one problem that says so. */
export function readsVersion(
  version: number,
  problems: ProblemList,
  line: number | null,
  offset: number | null,
): boolean {
  if (version > MIGTRACE_VERSION) {
    problems.add(
      `written by .migtrace version ${version}; this MigTrace reads version ${MIGTRACE_VERSION}.`,
      'Update MigTrace, or convert the file to the older version with the one that wrote it.',
      line,
      offset,
    );
    return false;
  }
  if (version < 1) {
    problems.add(
      `.migtrace version ${version} does not exist.`,
      `The first version is 1; check the first line or the ninth byte of the file.`,
      line,
      offset,
    );
    return false;
  }
  return true;
}
