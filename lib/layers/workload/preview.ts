import { RetraceError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { redactText } from '../../core/redaction.ts';
import { diffTemplates } from '../../formats/template-diff.ts';
import { patchObject } from '../../kube/objects.ts';
import type { Connection } from '../../kube/types.ts';
import { displayName, typeOfRef } from '../../run/object-ref.ts';
import { note } from '../../run/notes.ts';
import type { Note } from '../../run/notes.ts';
import type { WorkloadTarget } from '../../run/plan.ts';
import { liveTemplate, templateOfNamed } from './facts.ts';
import type { WorkloadFacts } from './facts.ts';
import { fieldManager } from './steps/guarded-write.ts';
import { templatePatch } from './steps/patch-template.ts';

/**
 * Server dry run of the patch that the run will send: admission rules and webhooks have their say, nothing is stored.
 * One round trip. `detail` of an accepted one: the fields that a webhook would change, as `containers[x].image`.
 * @returns undefined when the plan writes no template
 * @throws server.unreachable, server.error: then nothing is known
 */
export async function previewTarget(connection: Connection, facts: WorkloadFacts, target: WorkloadTarget): Promise<Note | undefined> {
  const template = templateOfNamed(facts, target.to.name);
  if (target.action !== 'change' || !template) return undefined;
  try {
    const { object } = target;
    const options = { patchType: 'application/json-patch+json' as const, fieldManager, dryRun: true };
    const after = await patchObject(connection, typeOfRef(object), object.namespace, object.name, templatePatch(facts.object, template), options);
    return note('dry-run', 'info', { result: 'ok', ...mutationOf(template, liveTemplate(after)) });
  } catch (error) {
    if (!(error instanceof RetraceError)) throw error;
    if (error.code === 'access.forbidden') {
      return note('dry-run', 'warning', { result: 'not-allowed', detail: displayName(target.object) });
    }
    if (error.code !== 'server.rejected' && error.code !== 'server.conflict') throw error;
    const { message } = error.params as { message: string };
    return note('dry-run', 'warning', { result: 'refused', detail: redactText(message) });
  }
}

function mutationOf(wanted: JsonObject, answered: JsonObject): { detail?: string } {
  const changed = diffTemplates(wanted, answered).map(({ path }) => path);
  return changed.length === 0 ? {} : { detail: changed.join(', ') };
}
