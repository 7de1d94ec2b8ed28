import { describe, expect, it } from 'vitest';
import { configDirectory } from '../../../lib/config/directories.ts';
import { readInventory } from '../../../lib/config/inventory.ts';

const refusal = (content: unknown): unknown => {
  try {
    return readInventory('/c.yaml', content);
  } catch (error) {
    return error;
  }
};

describe('the inventory', () => {
  it('may be empty', () => {
    expect(readInventory('/c.yaml', null)).toEqual([]);
    expect(readInventory('/c.yaml', {})).toEqual([]);
    expect(readInventory('/c.yaml', { clusters: null })).toEqual([]);
  });

  it('fills in what was left out', () => {
    const edge = { name: 'edge-01', kubeconfig: 'edge.conf', context: 'admin', groups: ['edge'], order: 2, externalLabels: { cluster: 'edge-01' }, seriesIn: 'central' };
    expect(readInventory('/c.yaml', { clusters: [{ name: 'central' }, edge] })).toEqual([{ name: 'central', groups: [], order: 0, externalLabels: {} }, edge]);
  });

  it.each<[unknown, string, RegExp]>([
    [[], '', /Object/],
    [{ cluster: [] }, 'cluster', /cluster/],
    [{ clusters: {} }, 'clusters', /Array/],
    [{ clusters: [{}] }, 'clusters.0.name', /name/],
    [{ clusters: [{ name: 'a,b' }] }, 'clusters.0.name', /commas/],
    [{ clusters: [{ name: 'a', kubeconfg: 'x' }] }, 'clusters.0.kubeconfg', /kubeconfg/],
    [{ clusters: [{ name: 'a' }, { name: 'b', order: 1.5 }] }, 'clusters.1.order', /integer/],
    [{ clusters: [{ name: 'a' }, { name: 'a' }] }, 'clusters.1.name', /a is there twice/],
    [{ clusters: [{ name: 'a', seriesIn: 'b' }] }, 'clusters.0.seriesIn', /b is not in the list/],
  ])('%j is refused at %s', (content, member, detail) => {
    expect(refusal(content)).toMatchObject({ code: 'config.broken', exitCode: 2, params: { path: '/c.yaml', member, detail: expect.stringMatching(detail) } });
  });
});

it('stands in the XDG directory, or where the system has it', () => {
  const at = (env: Record<string, string>, platform: NodeJS.Platform = 'linux') => configDirectory({ env, platform });
  expect(at({ XDG_CONFIG_HOME: '/x', HOME: '/h' })).toBe('/x/retrace');
  expect(at({ HOME: '/h' })).toBe('/h/.config/retrace');
  expect(at({ HOME: '/h', APPDATA: '/a' }, 'win32')).toBe('/a/retrace');
});
