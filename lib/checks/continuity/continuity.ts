import { defineCheck } from '../check.ts';
import { judgeContinuity } from './judge.ts';
import { observeContinuity } from './observe.ts';

/**
 * No series lost a sample: by the real times of its samples, for `count_over_time` depends on how the range lies, and what a graph
 * shows looks back over five minutes. The counters of remote write do not show this loss at all.
 */
export const continuity = defineCheck({
  name: 'continuity',
  decides: 'now',
  sources: [
    'prometheus/prometheus#8809 (what a restart loses)',
    'prometheus/prometheus#13904 (ranges are open on the left since 3.0)',
    'prometheus/prometheus scrape/target.go (offset), scrape/scrape.go (ScrapeTimestampTolerance)',
    'thanos-io/thanos pkg/api/query/v1.go (dedup, partial_response, max_source_resolution)',
    'thanos-io/thanos#7656 (deduplication makes holes)',
  ],
  needs: [
    { verb: 'list', resource: 'pods', group: '' },
    { verb: 'create', resource: 'pods/portforward', group: '' },
  ],
  observe: observeContinuity,
  judge: judgeContinuity,
});
