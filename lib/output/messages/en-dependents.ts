import type { DependentNote } from '../../run/notes.ts';
import type { NoteText } from './messages.ts';

/** How a user of an object reads it, by `ReadingReason`. */
const how: Record<string, string> = {
  environment: 'reads it as variables, when its containers start',
  'sub-path': 'mounts it by subPath, which is never renewed',
  immutable: 'mounts it, and an immutable object is never looked at again',
  'volume-driver': 'hands it to a volume driver, when its pods start',
  'read-once': 'reads it when it starts',
  'no-reloader': 'reads it when it starts, and has no reloader',
  checksum: 'gets new pods for new content, by a checksum that its chart computes',
  volume: 'has it as a file, new within about a minute; whether the program reads it again is not known',
  'watches-file': 'reads the file again by itself',
  'config-reloader': 'is told by its reloader',
  sidecar: 'has a sidecar that reads it by its label',
  'stakater-reloader': 'is restarted by Stakater Reloader',
  operator: 'is served by its operator, which renders it anew',
  'ingress-controller': 'is served by its ingress controller, which reads it again',
  'next-pull': 'uses it at the next pull of an image',
  'next-run': 'reads it at its next run',
  'next-mount': 'uses it at the next mount',
  'not-mounted': 'names it in a volume that no container mounts',
};

const why: Record<NonNullable<DependentNote['blocked']>, (note: DependentNote) => string> = {
  never: () => 'it keeps the old content until it is restarted (--restart=auto)',
  'not-here': () => 'it keeps the content that it has until it is restarted',
  owner: ({ owner = '' }) => `it is not restarted, because ${owner} owns it, and keeps the old content until then`,
  'on-delete': () => 'it keeps the old content until somebody deletes its pods (OnDelete)',
  paused: () => 'it is paused or being deleted, and keeps the old content',
  'no-controller': () => 'nothing here can restart it, and it keeps the old content',
};

/** What becomes of somebody who uses a changed object. */
export function dependentText(note: DependentNote): NoteText {
  const { target, source, usedAs, because, outcome, blocked, command } = note;
  const reads = `${target} uses ${source} (${usedAs}): ${how[because] ?? because}`;
  if (outcome === 'restarted') return { row: 'note', text: `${reads}; it is restarted` };
  if (outcome === 'replaced') return { row: 'note', text: `${reads}; its pods are replaced anyway` };
  if (outcome === 'blocked') return { row: 'careful', text: `${reads}; ${why[blocked ?? 'never'](note)}`, ...(command === undefined ? {} : { command }) };
  return { row: 'note', text: reads, ...(command === undefined ? {} : { command }) };
}
