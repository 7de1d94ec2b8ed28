/**
 * Annotations that controllers and tools write for themselves: they say how far somebody is, not what the object should be.
 * Source: pkg/controller/deployment/util, pkg/controller/volume/persistentvolume, client-go/tools/leaderelection, kubectl
 * apply (its copy of the last manifest), and the switches that ask Argo CD and External Secrets for one more look.
 */
const controllerAnnotations = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^deployment\.kubernetes\.io\/(revision|revision-history|desired-replicas|max-replicas)$/,
  /^deprecated\.daemonset\.template\.generation$/,
  /^autoscaling\.alpha\.kubernetes\.io\//,
  /^control-plane\.alpha\.kubernetes\.io\/leader$/,
  /^endpoints\.kubernetes\.io\//,
  /^pv\.kubernetes\.io\/(bind-completed|bound-by-controller|provisioned-by|migrated-to)$/,
  /^volume\.(beta\.)?kubernetes\.io\/(selected-node|storage-provisioner|storage-resizer)$/,
  /^argocd\.argoproj\.io\/refresh$/,
  /^reconcile\.external-secrets\.io\/force-sync$/,
];

/** True for an annotation that says nothing of what a person wants the object to be. */
export function isControllerAnnotation(key: string): boolean {
  return controllerAnnotations.some((pattern) => pattern.test(key));
}
