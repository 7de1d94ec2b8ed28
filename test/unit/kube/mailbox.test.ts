import { expect, it } from 'vitest';
import { openMailbox } from '../../../lib/kube/mailbox.ts';

it('gives the latest value and drops the ones before', async () => {
  const mailbox = openMailbox<number>();
  mailbox.put(1);
  mailbox.put(2);
  expect(await mailbox.take()).toBe(2);
  const waiting = mailbox.take();
  mailbox.put(3);
  expect(await waiting).toBe(3);
});

it('ends a waiting reader when it is closed, after an error with that error', async () => {
  const ended = openMailbox<number>();
  const waiting = ended.take();
  ended.close();
  expect(await waiting).toBeUndefined();
  const broken = openMailbox<number>();
  broken.put(1);
  broken.close(new Error('no more'));
  await expect(broken.take()).rejects.toThrow('no more');
});
