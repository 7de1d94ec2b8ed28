import { expect, test } from 'vitest';
import type { Owner } from '../../../lib/core/owner.ts';
import { changeOfOwners } from '../../../lib/ownership/change.ts';

const operator: Owner = { kind: 'controller', name: 'prometheus/kps', namespace: 'monitoring', of: 'statefulset/x', how: 'owner-reference', seen: 'confirmed' };
const release: Owner = { kind: 'helm', name: 'kps', namespace: 'monitoring', of: 'prometheus/kps', how: 'helm-annotations', seen: 'confirmed', revision: '14' };
const application: Owner = { kind: 'argocd', name: 'application/kps', namespace: 'argocd', of: 'prometheus/kps', how: 'tracking-id', seen: 'confirmed' };
const secrets = { verb: 'list', resource: 'secrets', group: '' };
const none = { added: [], gone: [] };

test.each<[string, Owner[], { owners: Owner[]; unread?: (typeof secrets)[] }, { added: Owner[]; gone: Owner[] }]>([
  ['nobody, still nobody', [], { owners: [] }, none],
  ['the same, upgraded since', [operator, release], { owners: [operator, { ...release, revision: '15', status: 'failed' }] }, none],
  ['a new one', [], { owners: [release] }, { added: [release], gone: [] }],
  ['one above the others that is new', [operator], { owners: [operator, release] }, { added: [release], gone: [] }],
  ['one that could not be looked at then, and what is above it', [{ ...operator, seen: 'unread' }], { owners: [operator, release] }, { added: [release], gone: [] }],
  ['another in its place', [release], { owners: [application] }, { added: [application], gone: [release] }],
  ['of the same name, above another object', [release], { owners: [{ ...release, of: 'statefulset/x' }] }, { added: [{ ...release, of: 'statefulset/x' }], gone: [release] }],
  ['of the same name in another namespace', [release], { owners: [{ ...release, namespace: 'other' }] }, { added: [{ ...release, namespace: 'other' }], gone: [release] }],
  ['an Application whose place was not known', [{ ...application, namespace: '', seen: 'elsewhere' }], { owners: [application] }, none],
  ['gone', [operator, release], { owners: [operator] }, { added: [], gone: [release] }],
  ['not seen because it may not be read: not gone', [operator, release], { owners: [operator], unread: [secrets] }, none],
])('%s', (_name, planned, { owners, unread = [] }, expected) => {
  expect(changeOfOwners(planned, { owners, unread })).toEqual(expected);
});
