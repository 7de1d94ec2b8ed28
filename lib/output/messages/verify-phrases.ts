import type { Verdict } from '../../checks/verdict.ts';

/** What is said of a verification as a whole: of several clusters, in reports, while it is watched. */
export interface VerifyPhrases {
  clusterColumn: string;
  /** Stands for the checks of a cluster where all are well. */
  allChecks: string;
  /** How many clusters say what. */
  clusters(counts: Partial<Record<Verdict, number>>): string;
  /** Title of a report. */
  title: string;
  decides: Record<'yes' | 'no', string>;
  /** Before the time of the look. */
  looked: string;
  /** Of a bad verdict that leaves the exit code alone. */
  undecisive(verdict: string, evidence: string): string;
  watching(every: string): string;
  /** Follows a picture that has no room for all. */
  hidden(lines: number): string;
}
