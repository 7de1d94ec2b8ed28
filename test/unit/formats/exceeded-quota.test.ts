import { expect, test } from 'vitest';
import { isRoomForSuccessor } from '../../../lib/formats/exceeded-quota.ts';

const refused = (used: string, limited: string) => `configmaps "x" is forbidden: exceeded quota: full, requested: count/configmaps=1, used: ${used}, limited: ${limited}`;

const table: [string, string, boolean][] = [
  ['full: the old one makes room', refused('count/configmaps=2', 'count/configmaps=2'), true],
  ['over-full: it does not', refused('count/configmaps=3', 'count/configmaps=2'), false],
  ['both names of one count', refused('configmaps=1k,count/configmaps=1000', 'configmaps=1000,count/configmaps=1k'), true],
  ['one of two over-full', refused('configmaps=3,count/configmaps=2', 'configmaps=2,count/configmaps=2'), false],
  ['node ports need not be given back', refused('services.nodeports=2', 'services.nodeports=2'), false],
  ['beside a count', refused('services=2,services.nodeports=2', 'services=2,services.nodeports=2'), false],
  ['no limit told', refused('count/configmaps=2', ''), false],
  ['another refusal', 'configmaps "x" is forbidden: no ones here', false],
];
test.each(table)('%s', (_what, message, isRoom) => expect(isRoomForSuccessor(message)).toBe(isRoom));
