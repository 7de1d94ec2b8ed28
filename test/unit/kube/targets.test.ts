import { describe, expect, it } from 'vitest';
import { parseTargetWords } from '../../../lib/kube/targets.ts';

describe('target words', () => {
  it.each([
    [['sts/x'], [{ type: 'sts', name: 'x' }]],
    [['sts/x', 'deploy.v1.apps/y'], [{ type: 'sts', name: 'x' }, { type: 'deploy.v1.apps', name: 'y' }]],
    [['sts', 'x', 'y'], [{ type: 'sts', name: 'x' }, { type: 'sts', name: 'y' }]],
    [['sts,deploy', 'x'], [{ type: 'sts', name: 'x' }, { type: 'deploy', name: 'x' }]],
    [['sts'], [{ type: 'sts', name: undefined }]],
    [['sts,deploy'], [{ type: 'sts', name: undefined }, { type: 'deploy', name: undefined }]],
  ])('%o', (words, targets) => {
    expect(parseTargetWords(words)).toEqual(targets);
  });

  it.each([[['sts/x/y']], [['sts/']], [['/x']], [['sts/x', 'y']], [['sts,deploy/x']], [['sts,,deploy', 'x']], [['sts', '']]])('%o is no target', (words) => {
    expect(() => parseTargetWords(words)).toThrow(expect.objectContaining({ code: 'target.bad-form' }));
  });

  it('must be there', () => {
    expect(() => parseTargetWords([], 'kubectl rollback plan')).toThrow(expect.objectContaining({ code: 'usage.missing-target', params: { command: 'kubectl rollback plan' } }));
  });
});
