import { checkPhrases } from './ko-checks.ts';
import type { VerifyPhrases } from './verify-phrases.ts';
import type { ErrorMessages } from './messages.ts';
import { quoted } from './phrases.ts';

/** 검증 전체에 대한 문장 (Korean sentences about a verification as a whole). */
export const verifyPhrases: VerifyPhrases = {
  clusterColumn: '클러스터',
  allChecks: '모두',
  clusters: (counts) => `클러스터 ${Object.values(counts).reduce((sum, count) => sum + count, 0)}개: ${checkPhrases.counts(counts)}`,
  title: '검증',
  decides: { yes: '예', no: '아니요' },
  looked: '살펴본 때',
  undecisive: (verdict, evidence) => `${verdict}, 결정하지 않음: ${evidence}`,
  watching: (every) => `${every}마다 살펴봅니다. Ctrl-C로 끝냅니다`,
  hidden: (lines) => `그 밖에 ${lines}줄`,
};

/** 클러스터 그룹에 대한 문장 (Korean sentences about groups of clusters). */
export const clusterChoiceErrors = {
  'cluster.unknown-group': ({ group, known, near, path }) => ({
    text: group === 'all' ? `아는 클러스터가 없습니다: ${path}에도 kubeconfig에도 없습니다` : `--clusters: ${path}의 클러스터 가운데 그룹 ${quoted(group)}에 속한 것이 없습니다`,
    next: [near.length > 0 ? `혹시 ${near.map((name) => `--clusters=${name}`).join(', ')}?` : `그룹: ${['all', ...known].join(', ')}`],
  }),
} satisfies Partial<ErrorMessages>;
