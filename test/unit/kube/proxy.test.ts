import { describe, expect, it } from 'vitest';
import { chooseProxy, nameProxy } from '../../../lib/kube/proxy.ts';

const choose = (server: string, env: Record<string, string>, proxyUrl?: string) => chooseProxy({ server, proxyUrl }, env)?.href;
const proxy = 'http://proxy:3128/';

describe('which proxy', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://api:6443', {}, undefined],
    ['https://api:6443', { HTTPS_PROXY: proxy }, proxy],
    ['https://api:6443', { https_proxy: 'proxy:3128' }, proxy],
    ['https://api:6443', { HTTPS_PROXY: 'https://upper', https_proxy: 'https://lower' }, 'https://upper/'],
    ['https://api:6443', { HTTP_PROXY: proxy, ALL_PROXY: proxy }, undefined],
    ['http://api:8001', { HTTP_PROXY: proxy, HTTPS_PROXY: 'https://other' }, proxy],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://127.8.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ])('%s with %o goes by %s', (server, env, wanted) => expect(choose(server, env)).toBe(wanted));

  it('proxy-url holds, whatever NO_PROXY says and on loopback too', () => {
    expect(choose('https://127.0.0.1:6443', { NO_PROXY: '*', HTTPS_PROXY: 'http://other' }, 'socks5://proxy:1080')).toBe('socks5://proxy:1080');
  });

  it.each([
    ['api.example.com', 'example.com', true],
    ['example.com', 'example.com', true],
    ['example.com', '.example.com', false],
    ['api.example.com', ' .example.com ', true],
    ['api.example.com', '*.example.com', true],
    ['badexample.com', 'example.com', false],
    ['api.example.com', 'a.b, API.example.com:6443', true],
    ['api.example.com', 'example.com:443', false],
    ['api.example.com', '*', true],
    ['api.example.com', ',', false],
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '2.3', false],
    ['[fd00::7]', 'fd00::/8', true],
    ['[fd00::7]', '[fd00::7]:6443', true],
  ])('%s is exempt by NO_PROXY=%s: %s', (host, NO_PROXY, isExempt) => {
    expect(choose(`https://${host}:6443`, { HTTPS_PROXY: proxy, NO_PROXY })).toBe(isExempt ? undefined : proxy);
  });

  it.each(['ftp://proxy', 'http://', '::'])('%s is refused', (value) => {
    expect(() => choose('https://api', {}, value)).toThrow(expect.objectContaining({ code: 'kubeconfig.broken', params: expect.objectContaining({ path: 'proxy-url' }) }));
  });

  it('is named without its password', () => expect(nameProxy(new URL('http://u:p@proxy:3128'))).toBe('http://proxy:3128'));
});
