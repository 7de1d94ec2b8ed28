import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cachedPath, namesVersion, toolCache } from '../../../scripts/tools/build.ts';
import { controlPlaneTools, findTool, tools } from '../../../scripts/tools/list.ts';

test('every tool has one exact version and a package of its own module, or a file of ours that is there', () => {
  expect(new Set(tools.map((tool) => tool.name)).size).toBe(tools.length);
  for (const tool of tools) {
    expect(tool.moduleVersion).toMatch(/^v\d+\.\d+\.\d+$/);
    expect(tool.source === undefined ? tool.package.startsWith(tool.module) : existsSync(tool.source)).toBe(true);
  }
});

test('every tool that a control plane needs is listed', () => {
  expect(controlPlaneTools.map((name) => findTool(name).name)).toEqual([...controlPlaneTools]);
});

test('the cache follows XDG and keeps versions apart', () => {
  expect(toolCache({ XDG_CACHE_HOME: '/c' })).toBe('/c/retrace/tools');
  expect(cachedPath(findTool('kubectl'), { XDG_CACHE_HOME: '/c' })).toBe('/c/retrace/tools/kubectl-v1.36.3/kubectl');
});

test.each([
  ['Kubernetes v1.36.3', 'v1.36.3', true],
  ['Client Version: v1.36.3\nKustomize Version: v5.8.1', 'v1.36.3', true],
  ['etcd Version: 3.6.16\nGit SHA: x', '3.6.16', true],
  ['Client Version: v1.36.30', 'v1.36.3', false],
  ['Client Version: v1.36.3-rc.1', 'v1.36.3', false],
  ['{"gitVersion": "v1.36.3", "major": "1"}', 'v1.36.3', true],
])('%j names %s: %s', (output, version, expected) => {
  expect(namesVersion(output, version)).toBe(expected);
});
