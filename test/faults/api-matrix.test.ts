/**
 * Every kind of write and read of a run, met by every kind of trouble on its way to the API server: the run goes on, or stops and says how
 * to go on, and in the end the cluster is as if nothing had been. `npm test` takes each write and each trouble about once; with
 * RETRACE_TEST_FULL=1 all of them.
 */
import { afterAll, expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { reads, strikeOnce, troubles, watches, writes, type Outcome, type Strike, type TroubleName } from './api-cases.ts';

interface Case {
  readonly where: string;
  readonly strike: Strike;
  readonly trouble: TroubleName;
}

const isFull = process.env['RETRACE_TEST_FULL'] === '1';
const troubleNames = Object.keys(troubles) as TroubleName[];

const all: Case[] = Object.entries<Strike>({ ...writes, ...reads, ...watches }).flatMap(([where, strike]) => troubleNames.map((trouble) => ({ where, strike, trouble })));

const sampled: Record<string, TroubleName> = {
  'lock made': 'reset after arrival',
  'lock taken again': '409',
  'lock given back': 'away before arrival',
  'record made': 'away after arrival',
  'record: patch intended': '503',
  'record: patch done': 'away before arrival',
  'record: finished': 'away before arrival',
  'pre-image made': 'answer cut',
  'pre-image added': 'silence',
  template: '429 with Retry-After',
  replicas: 'reset before arrival',
  eviction: '500',
  'close: pre-image deleted': '429',
  'lock before a write': '503',
};

const isSampled = ({ where, trouble }: Case) => sampled[where] === trouble;

/** A write that meets passing trouble once is settled at once; nobody has to type anything. */
const passing = new Set<TroubleName>(['409', '429 with Retry-After', '429', '500', '503', 'reset before arrival', 'reset after arrival', 'answer cut']);
const mustGoOn = ({ where, trouble }: Case) => where in writes && passing.has(trouble);

const outcomes: { trouble: TroubleName; where: string; outcome: Outcome }[] = [];

for (const one of isFull ? all : all.filter(isSampled)) {
  const { where, strike, trouble } = one;
  test.concurrent(`${where}: ${trouble}`, async ({ cluster, namespace, home, runFolder }) => {
    const result = { trouble, where, outcome: 'lost' as Outcome };
    outcomes.push(result);
    const outcome = await strikeOnce({ cluster, namespace, home, runFolder }, strike, troubles[trouble]);
    if (mustGoOn(one)) expect(outcome).toBe('went on');
    result.outcome = outcome;
  });
}

afterAll(() => {
  if (!isFull) return;
  const rows = troubleNames.map((fault) => {
    const of = outcomes.filter(({ trouble }) => trouble === fault);
    const count = (wanted: Outcome) => of.filter(({ outcome }) => outcome === wanted).length;
    return { fault, cases: of.length, 'went on': count('went on'), resumed: count('resumed'), lost: count('lost') };
  });
  console.table(rows);
});
