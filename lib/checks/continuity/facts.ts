import type { Stretch } from './stretch.ts';

/** When the samples of one series are, as one place that answers queries knows them. */
export interface SeriesFacts {
  labels: Readonly<Record<string, string>>;
  stretches: readonly Stretch[];
  /** No pace can be seen in it. */
  irregular?: true;
  /** The Prometheus that was asked for it, where it was asked itself: its answers lack its external labels. */
  scraper?: string;
}

/** A Prometheus, server or agent, that scrapes. */
export interface ScraperFacts {
  /** Its pod. */
  name: string;
  /** Its external labels: what a central place adds to its series. */
  labels: Readonly<Record<string, string>>;
  restarts: readonly RestartFacts[];
  /** By job: how often it scrapes now, in milliseconds; without jobs that have several intervals. */
  intervals: Readonly<Record<string, number>>;
}

/** When a scraper was away for a restart, Unix time in milliseconds. */
export interface RestartFacts {
  /** The old process ended, as far as is known: else the new pod was made. */
  fromMs: number;
  /** The new one was ready. */
  toMs: number;
}

/** What was measured of the continuity of series. */
export interface ContinuityFacts {
  /** PromQL. */
  selector: string;
  /** Where the series were asked for: pods. None: nothing that answers PromQL is there. */
  places: readonly string[];
  /** The window, Unix time in milliseconds; its end is when it was asked. */
  fromMs: number;
  toMs: number;
  series: readonly SeriesFacts[];
  /** Of the places: the series may not be all. */
  warnings: readonly string[];
  /** More than are looked at; none was read. */
  tooMany?: { series: number; most: number };
  scrapers: readonly ScraperFacts[];
  /** What the scrapers themselves have of the series, where that was asked besides a central place. */
  local: readonly SeriesFacts[];
  /** Pods that are there, `namespace/name`: a target that is gone with its pod is no loss. */
  pods: readonly string[];
}
