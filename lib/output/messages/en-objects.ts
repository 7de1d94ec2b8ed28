import type { Reason } from '../../core/errors.ts';
import type { ObjectVerb } from '../../run/plan.ts';
import type { ObjectPhrases } from './object-phrases.ts';
import { quoted, word, words } from './phrases.ts';

const verbText: Record<string, string> = { create: 'create', update: 'update', recreate: 'recreate', delete: 'delete', noop: 'as is', skip: 'skip', refuse: 'REFUSED' };
const doneText: Record<string, string> = { create: 'created', update: 'updated', recreate: 'deleted and created again', delete: 'deleted' };
const untouchedText: Record<string, string> = { noop: 'is as wanted already', skip: 'skipped', refuse: 'refused' };
const countText: Record<string, string> = { create: 'to create', update: 'to update', recreate: 'to delete and create again', delete: 'to delete', noop: 'as wanted already', skip: 'skipped', refuse: 'REFUSED' };

function reason({ code, params }: Reason): string {
  switch (code) {
    case 'immutable':
      return `${words(params, 'fields').join(', ')} cannot be changed`;
    case 'owned':
      return `${word(params, 'owner') ?? 'its owner'} makes it`;
    case 'written-by':
      return `written by ${word(params, 'owner') ?? 'somebody above it'}, which would put it back; --without-hold does it nevertheless`;
    case 'immutable-holds-data':
      return `${words(params, 'fields').join(', ')} cannot be changed, and it is never deleted: what it holds would go with it`;
    case 'made-by-server':
      return 'the cluster makes it by itself';
    case 'token':
      return 'a token is made anew by its controller';
    case 'helm-release':
      return 'a stored revision of Helm; name it to restore it';
    case 'own':
      return "Retrace's own";
    case 'job-done':
      return 'a Job that had ended';
    case 'job-is-there':
      return 'a Job cannot be changed once it runs';
    case 'added':
      return 'added since';
    case 'never-deleted':
      return 'added since; never deleted by a restore: what it holds would go with it';
    case 'not-served':
      return `the cluster has no type ${word(params, 'type') ?? ''}`;
    case 'being-deleted':
      return 'it is being deleted';
    case 'server':
      return `the server says: ${word(params, 'message') ?? ''}`;
    default:
      return code;
  }
}

/** English words about objects that are restored as a whole. */
export const objects: ObjectPhrases = {
  verb: (verb) => verbText[verb] ?? verb,
  done: (verb, name) => `${name} ${doneText[verb] ?? verb}`,
  untouched: (verb, name) => `${name} ${untouchedText[verb] ?? verb}`,
  source: (source, age) => {
    switch (source.kind) {
      case 'snapshot':
        return `from snapshot ${source.id}${age === undefined ? '' : `, taken ${age} ago`}, of ${source.place}`;
      case 'last-applied':
        return 'to what kubectl apply applied last';
      case 'helm-manifest':
        return `to revision ${source.revision} of Helm release ${quoted(source.release)}`;
      case 'run':
        return `to what run ${source.id} found`;
    }
  },
  counts: (counts) => (Object.entries(counts) as [ObjectVerb, number][]).map(([verb, count]) => `${count} ${countText[verb] ?? verb}`).join(', '),
  reason,
  clusterScoped: 'cluster-scoped',
};
