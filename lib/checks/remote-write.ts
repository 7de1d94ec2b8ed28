import { SenderReader } from '../formats/remote-write.ts';
import { defineCheck } from './check.ts';
import type { Question, Scene } from './check.ts';
import type { Finding } from './finding.ts';
import { judgeDrained } from './remote-write/drained.ts';
import { judgeSenders } from './remote-write/judge.ts';
import type { SenderFacts } from './remote-write/queues.ts';
import { scrapeTwice, unseenFinding } from './two-scrapes.ts';
import type { Reach, Unseen } from './two-scrapes.ts';

/** Everything that sends by remote write, and what could not be looked at. */
export interface SendersFacts {
  senders: SenderFacts[];
  unseen: Unseen[];
}

const shared = {
  decides: 'now',
  needs: [{ verb: 'list', resource: 'pods', group: '' }, { verb: 'create', resource: 'pods/portforward', group: '' }],
  observe: async (scene: Scene) => await observeOnce(scene),
} as const;

/** Whether what comes leaves: nothing refused, nothing dropped, nothing that stands still. */
export const remoteWrite = defineCheck({
  ...shared,
  name: 'remote-write',
  sources: ['prometheus/prometheus storage/remote/queue_manager.go', 'prometheus/prometheus storage/remote/client.go', 'prometheus/prometheus#10102', 'prometheus/prometheus#17065', 'prometheus/prometheus#8809'],
  judge: ({ senders, unseen }: SendersFacts, question): Finding[] => [...judgeSenders(senders, question), ...unseen.map(unseenFinding)],
});

/** Whether a sender may end now without losing what it still holds. */
export const drained = defineCheck({
  ...shared,
  name: 'drained',
  sources: ['prometheus/prometheus tsdb/wlog/watcher.go', 'prometheus/prometheus#8809', 'prometheus/prometheus#13542'],
  judge: ({ senders, unseen }: SendersFacts, question): Finding[] => [...judgeDrained(senders, question.since ?? firstLookAt(senders, question), question), ...unseen.map(unseenFinding)],
});

/** Everything that was there when the last of the first scrapes was made. */
function firstLookAt(senders: readonly SenderFacts[], { now }: Question): string {
  return senders.map(({ scrapes: [before] }) => before.at).sort().at(-1) ?? now;
}

/** Two checks judge the same scrapes. */
const looks = new WeakMap<Scene, Promise<SendersFacts>>();

function observeOnce(scene: Scene): Promise<SendersFacts> {
  const made = looks.get(scene) ?? observeSenders(scene);
  looks.set(scene, made);
  return made;
}

/** Scrapes every Prometheus, agent and ruler twice that has a remote-write queue. */
export async function observeSenders(reach: Reach): Promise<SendersFacts> {
  const { seen, unseen } = await scrapeTwice(reach, ['prometheus', 'agent', 'rule'], () => new SenderReader(), ({ queues }) => queues.length > 0);
  return { senders: seen, unseen };
}
