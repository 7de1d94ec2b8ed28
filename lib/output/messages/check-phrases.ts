import type { FindingCode, FindingParams } from '../../checks/finding.ts';
import type { Verdict } from '../../checks/verdict.ts';

/** What is said of checks and their verdicts. */
export interface CheckPhrases {
  columns: Record<'check' | 'verdict' | 'evidence' | 'gates' | 'proves' | 'needs', string>;
  verdict: Record<Verdict, string>;
  finding: { [C in Exclude<FindingCode, 'not-observed'>]: (params: FindingParams[C], telling: { now: Date }) => string };
  /** `detail`: the failure's own sentence. */
  notObserved(detail: string): string;
  /** What each check proves, and by which rule. */
  rule: Record<string, string>;
  /** Evidence of a check that found nothing of its kind. */
  absent: string;
  /** Follows evidence when there is more of it. */
  more(count: number): string;
  due(at: string, inText: string): string;
  heading(parts: { cluster: string; namespaces: readonly string[] | undefined; since: string | undefined; ago: string | undefined; run: string | undefined }): string;
  /** `4 pass, 1 fail`; `exit` is the exit code. */
  counts(counts: Partial<Record<Verdict, number>>): string;
  exit: string;
  gates: Record<'now' | 'later', string>;
  /** Of a check's series by time. */
  timeline: {
    /** `signs`: of all, some and none of the samples. */
    heading(from: string, to: string, signs: string): string;
    scraper(name: string, series: number): string;
    /** Beside the place where the change ended. */
    since: string;
    more(series: number): string;
  };
  measured: string;
  source: string;
  why(command: string): string;
  wait(command: string): string;
}
