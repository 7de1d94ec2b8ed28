import { checkPhrases } from './en-checks.ts';
import type { VerifyPhrases } from './verify-phrases.ts';
import type { ErrorMessages } from './messages.ts';
import { listed, quoted } from './phrases.ts';

/** English sentences about a verification as a whole. */
export const verifyPhrases: VerifyPhrases = {
  clusterColumn: 'CLUSTER',
  allChecks: 'all',
  clusters: (counts) => {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return `${all} ${all === 1 ? 'cluster' : 'clusters'}: ${checkPhrases.counts(counts)}`;
  },
  title: 'Verification',
  decides: { yes: 'yes', no: 'no' },
  looked: 'Looked at',
  undecisive: (verdict, evidence) => `${verdict}, does not decide: ${evidence}`,
  watching: (every) => `Looked at every ${every}; Ctrl-C ends it`,
  hidden: (lines) => `and ${lines} more ${lines === 1 ? 'line' : 'lines'}`,
};

/** English sentences about groups of clusters. */
export const clusterChoiceErrors = {
  'cluster.unknown-group': ({ group, known, near, path }) => ({
    text: group === 'all' ? `no cluster is known: neither ${path} nor a kubeconfig names one` : `--clusters: no cluster of ${path} is in a group ${quoted(group)}`,
    next: [near.length > 0 ? `Did you mean ${listed(near.map((name) => `--clusters=${name}`), 'or')}?` : `Groups: ${['all', ...known].join(', ')}`],
  }),
} satisfies Partial<ErrorMessages>;
