import { describe, expect, test } from 'vitest';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { widthOf } from '../../../lib/output/lines.ts';
import { renderPlan } from '../../../lib/output/plan.ts';
import { plainStyle, type Style } from '../../../lib/output/style.ts';
import type { Plan } from '../../../lib/run/plan.ts';
import { note } from '../../../lib/run/notes.ts';
import { now, samplePlan, sampleTarget } from './sample-plan.ts';

const terminal: Style = { colour: false, isTerminal: true, columns: 80, wide: false };
const doIt = 'kubectl rollback undo sts/thanos-receive -n monitoring';
const render = (plan: Plan, style: Style = terminal) => renderPlan({ plan, messages: english, style, now, doIt });

describe('a plan', () => {
  test.each([
    [english, ['Owner     prometheus/kps   controller owner of statefulset/thanos-receive', '          (ownerReferences)', '          requests of its pods by verticalpodautoscaler/size', 'Now       ']],
    [korean, ['소유자          prometheus/kps   statefulset/thanos-receive의 컨트롤러 소유자', '                (ownerReferences)', '                파드의 리소스 요청: verticalpodautoscaler/size', '현재 ']],
  ] as const)('shows who is above the target, in lines that fit: %#', (messages, lines) => {
    const owner = { kind: 'controller', name: 'prometheus/kps', namespace: 'monitoring', of: 'statefulset/thanos-receive', how: 'owner-reference', seen: 'confirmed' } as const;
    const seen = { ...sampleTarget.seen!, drivers: [{ by: 'verticalpodautoscaler/size', what: 'resources' as const }] };
    const text = renderPlan({ plan: samplePlan({ targets: [{ ...sampleTarget, owners: [owner], seen }] }), messages, style: terminal, now });
    expect(text).toContain(`\n${lines.join('\n')}`);
  });

  test.each([
    [english, 'kubectl-edit', 'Owner not known: nothing on it proves one; written by argocd-controller 2d ago'],
    [english, 'argocd-controller', 'Owner not known: nothing on it proves one; last written by argocd-controller 2d ago'],
    [korean, 'kubectl-edit', '소유자 알 수 없음: 소유자를 증명하는 표시 없음, 작성: argocd-controller (2d 전)'],
    [korean, 'argocd-controller', '소유자 알 수 없음: 소유자를 증명하는 표시 없음, 마지막 작성: argocd-controller (2d 전)'],
  ] as const)('does not call nobody above what a program writes: %#', (messages, writtenBy, line) => {
    const seen = { ...sampleTarget.seen!, writtenBy, program: { name: 'argocd-controller', at: '2026-11-21T03:12:00Z' } };
    const text = renderPlan({ plan: samplePlan({ targets: [{ ...sampleTarget, seen }] }), messages, style: terminal, now });
    expect(text.replaceAll(/\s+/g, ' ')).toContain(line);
    expect(text.split('\n').every((one) => widthOf(one) <= 80)).toBe(true);
  });

  test.each([
    [english, 'Owner     not known: you may not list applications.argoproj.io'],
    [korean, '소유자          알 수 없음: 볼 권한 없음: list applications.argoproj.io'],
  ] as const)('does not call nobody above what may not be looked at: %#', (messages, line) => {
    const seen = { ...sampleTarget.seen!, ownersUnread: [{ verb: 'list', resource: 'applications', group: 'argoproj.io' }] };
    expect(renderPlan({ plan: samplePlan({ targets: [{ ...sampleTarget, seen }] }), messages, style: terminal, now })).toContain(`\n${line}\n`);
  });

  test('on a terminal of 80 columns', () => {
    expect(render(samplePlan())).toBe(`\
statefulset/thanos-receive
  context cluster-03 (https://10.0.3.1:6443), namespace monitoring
  3 replicas, 2 ready
Owner     none above it; template written by kubectl-client-side-apply 9m ago
Now       revision 7 (6fff58c554)   thanos:v0.42.4   made 9m ago
          thanos-receive-2 CrashLoopBackOff
Back to   revision 6 (64696cc595)   thanos:v0.41.0   made 14d ago
          its Ready pods carry it

  spec.template
    containers[receive].image    v0.42.4 → v0.41.0
    containers[receive].args[4]  - --receive.capnproto-address=0.0.0.0:19391

Steps
  1 keep    logs, events and objects that the undo destroys
  2 patch   statefulset/thanos-receive template   (server dry run: ok)
  3 wait    pods of statefulset/thanos-receive on 64696cc595, Ready for 10s, at
            most 10m

Note               evicts thanos-receive-2 where it blocks the roll-out
                   (kubernetes#67250)
Not part of this   configmap/thanos-receive-hashring (volumes[hashring]) changed
                   11m ago, after that revision was made; it stays as it is
Put back by        the next kubectl apply of the manifest that was applied last,
                   or whatever runs it
Do it:  kubectl rollback undo sts/thanos-receive -n monitoring
`);
  });

  test('in Korean, on the same columns', () => {
    const text = renderPlan({ plan: samplePlan(), messages: korean, style: terminal, now, doIt });
    expect(text).toBe(`\
statefulset/thanos-receive
  컨텍스트 cluster-03 (https://10.0.3.1:6443), 네임스페이스 monitoring
  레플리카 3, 준비됨 2
소유자          상위 소유자 없음, 템플릿 작성: kubectl-client-side-apply (9m 전)
현재            리비전 7 (6fff58c554)   thanos:v0.42.4   9m 전 생성
                thanos-receive-2 CrashLoopBackOff
되돌릴 리비전   리비전 6 (64696cc595)   thanos:v0.41.0   14d 전 생성
                Ready 파드의 리비전

  spec.template
    containers[receive].image    v0.42.4 → v0.41.0
    containers[receive].args[4]  - --receive.capnproto-address=0.0.0.0:19391

단계
  1 보관   되돌리면 사라지는 로그, 이벤트, 오브젝트
  2 패치   statefulset/thanos-receive 템플릿   (서버 시험 실행: 정상)
  3 대기   statefulset/thanos-receive의 파드가 64696cc595, Ready 10s 유지, 최대
           10m

참고               배포를 막는 파드를 축출합니다: thanos-receive-2
                   (kubernetes#67250)
포함되지 않음      configmap/thanos-receive-hashring (volumes[hashring]): 그
                   리비전이 만들어진 뒤 11m 전에 변경되었고, 그대로 둡니다
원상 복구의 주체   마지막으로 적용된 매니페스트의 다음 kubectl apply, 또는
                   그것을 실행하는 도구
실행:  kubectl rollback undo sts/thanos-receive -n monitoring
`);
    expect(text.split('\n').filter((line) => Bun.stringWidth(line) > 80)).toEqual([]);
  });

  test('in a pipe nothing is broken into lines or cut', () => {
    const text = render(samplePlan(), plainStyle);
    expect(text).toContain('statefulset/thanos-receive   context cluster-03 (https://10.0.3.1:6443), namespace monitoring   3 replicas, 2 ready\n');
    expect(text).toContain('on 64696cc595, Ready for 10s, at most 10m\n');
    expect(text).not.toContain('\u001b');
  });

  test('colour only changes how it looks', () => {
    const coloured = render(samplePlan(), { ...terminal, colour: true });
    expect(coloured).toContain('\u001b[');
    expect(Bun.stripANSI(coloured)).toBe(render(samplePlan()));
  });

  test('long values stand one under the other, and no line but a long word is over 80', () => {
    const from = '--objstore.config=' + 'x'.repeat(90);
    const text = render(samplePlan({ targets: [{ ...sampleTarget, changes: [{ path: 'containers[receive].args[2]', from, to: 'a much shorter value' }] }] }));
    expect(text).toContain(`    containers[receive].args[2]\n      - ${from}\n      + a much shorter value\n`);
    expect(text.split('\n').filter((line) => Bun.stringWidth(line) > 80)).toEqual([`      - ${from}`]);
  });

  test('what a cluster wrote cannot steer the terminal or break the frame', () => {
    const text = render(samplePlan({ targets: [{ ...sampleTarget, changes: [{ path: 'containers[a].args[0]', from: 'x\u001b[2J\ny', to: 'z\u202e' }] }] }));
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toContain('x\\u001b[2J\\ny → z\\u202e');
  });

  test('nothing to do: says so, and offers no command', () => {
    const text = render(samplePlan({ targets: [{ ...sampleTarget, action: 'noop' }], steps: [], notes: [] }));
    expect(text).toContain('statefulset/thanos-receive is on revision 6 (64696cc595) already and its pods too: nothing to do\n');
    expect(text).not.toContain('Do it');
  });

  test('repair: the template stays', () => {
    const text = render(samplePlan({ targets: [{ ...sampleTarget, action: 'repair', changes: [] }] }));
    expect(text).toContain('template stays, stuck pods are replaced');
    expect(text).not.toContain('spec.template');
  });

  test('warnings come first; a reason to type the name is one of them; the same note stands once', () => {
    const because = note('scale-down', 'warning', { ordinals: [2], claims: ['data-thanos-receive-2'], whenScaled: 'Delete' });
    const plan = samplePlan({ confirmation: { kind: 'type-name', name: 'thanos-receive', because } });
    plan.notes.push(because);
    const text = render(plan);
    expect(text.indexOf('Careful')).toBeLessThan(text.indexOf('Note '));
    expect(text.match(/DELETES the data of data-thanos-receive-2/g)).toHaveLength(1);
  });

  test('a refused dry run is named at the step it was tried for', () => {
    const notes = [note('dry-run', 'warning', { result: 'refused', detail: 'admission webhook "policy" denied the request' })];
    expect(render(samplePlan({ notes }), plainStyle)).toContain('template   (server dry run: REFUSED: admission webhook "policy" denied the request)');
  });

  test('a note, a rule and a step of a later version are shown as they are', () => {
    const plan = samplePlan({ targets: [{ ...sampleTarget, chosenBy: 'verified-good' }] });
    plan.notes.push({ code: 'moon-phase', level: 'info', params: {} } as never);
    plan.steps.push({ id: 's4', kind: 'verify', target: undefined, params: {} });
    const text = render(plan);
    for (const word of ['verified-good', 'moon-phase', '4 verify']) expect(text).toContain(word);
  });
});
