import type { Reason } from '../../core/errors.ts';
import type { ObjectVerb } from '../../run/plan.ts';
import type { ObjectPhrases } from './object-phrases.ts';
import { quoted, word, words } from './phrases.ts';

const verbText: Record<string, string> = { create: '생성', update: '수정', recreate: '재생성', delete: '삭제', noop: '그대로', skip: '건너뜀', refuse: '거부' };
const doneText: Record<string, string> = { create: '생성됨', update: '수정됨', recreate: '삭제 후 다시 생성됨', delete: '삭제됨' };
const untouchedText: Record<string, string> = { noop: '이미 원하는 상태', skip: '건너뜀', refuse: '거부됨' };
const countText: Record<string, string> = { create: '생성', update: '수정', recreate: '재생성', delete: '삭제', noop: '이미 원하는 상태', skip: '건너뜀', refuse: '거부' };

function reason({ code, params }: Reason): string {
  switch (code) {
    case 'immutable':
      return `바꿀 수 없는 필드: ${words(params, 'fields').join(', ')}`;
    case 'owned':
      return `${word(params, 'owner') ?? '소유자'}가 만듭니다`;
    case 'written-by':
      return `${word(params, 'owner') ?? '상위 소유자'}가 관리하며 원상 복구합니다. 그래도 하려면 --without-hold`;
    case 'immutable-holds-data':
      return `바꿀 수 없는 필드: ${words(params, 'fields').join(', ')}. 담긴 것도 사라지므로 삭제하지 않습니다`;
    case 'made-by-server':
      return '클러스터가 스스로 만듭니다';
    case 'token':
      return '토큰은 컨트롤러가 새로 만듭니다';
    case 'helm-release':
      return 'Helm의 저장된 리비전. 복원하려면 이름을 지정하십시오';
    case 'own':
      return 'Retrace의 오브젝트';
    case 'job-done':
      return '이미 끝난 Job';
    case 'job-is-there':
      return '실행된 Job은 바꿀 수 없습니다';
    case 'added':
      return '이후에 추가됨';
    case 'never-deleted':
      return '이후에 추가됨. 담긴 것도 사라지므로 복원은 삭제하지 않습니다';
    case 'not-served':
      return `클러스터에 없는 타입: ${word(params, 'type') ?? ''}`;
    case 'being-deleted':
      return '삭제되는 중입니다';
    case 'server':
      return `서버의 답: ${word(params, 'message') ?? ''}`;
    default:
      return code;
  }
}

/** 통째로 복원하는 오브젝트에 관한 문구 (Korean words about objects that are restored as a whole). */
export const objects: ObjectPhrases = {
  verb: (verb) => verbText[verb] ?? verb,
  done: (verb, name) => `${name} ${doneText[verb] ?? verb}`,
  untouched: (verb, name) => `${name}: ${untouchedText[verb] ?? verb}`,
  source: (source, age) => {
    switch (source.kind) {
      case 'snapshot':
        return `스냅샷 ${source.id}${age === undefined ? '' : ` (${age} 전)`}에서, ${source.place}`;
      case 'last-applied':
        return 'kubectl apply가 마지막으로 적용한 상태로';
      case 'helm-manifest':
        return `Helm 릴리스 ${quoted(source.release)}의 리비전 ${source.revision}으로`;
      case 'run':
        return `실행 ${source.id} 이전의 상태로`;
    }
  },
  counts: (counts) => (Object.entries(counts) as [ObjectVerb, number][]).map(([verb, count]) => `${countText[verb] ?? verb} ${count}`).join(', '),
  reason,
  clusterScoped: '클러스터 범위',
};
