/**
 * Annotations that a controller writes about its own work. A restored value would be a lie: the number of a revision, who
 * leads, which node was chosen. kubectl's last-applied is not among them: the next `kubectl apply` must merge from the restored state.
 */
const controllerAnnotations = [
  /^deployment\.kubernetes\.io\/(revision|revision-history|desired-replicas|max-replicas)$/,
  /^deprecated\.daemonset\.template\.generation$/,
  /^autoscaling\.alpha\.kubernetes\.io\//,
  /^control-plane\.alpha\.kubernetes\.io\/leader$/,
  /^endpoints\.kubernetes\.io\//,
  /^argocd\.argoproj\.io\/refresh$/,
  /^reconcile\.external-secrets\.io\/force-sync$/,
];

const claimAnnotations = [
  /^pv\.kubernetes\.io\/(bind-completed|bound-by-controller|migrated-to)$/,
  /^volume(\.beta)?\.kubernetes\.io\/(selected-node|storage-provisioner|storage-resizer)$/,
];

/** True for an annotation that only its controller may write, on an object of this kind. */
export function isControllerAnnotation(key: string, kind: string): boolean {
  const isClaim = kind === 'PersistentVolumeClaim' || kind === 'PersistentVolume';
  // A PV keeps who provisioned it: without that nobody deletes the storage. A claim never had it.
  if (key === 'pv.kubernetes.io/provisioned-by') return kind === 'PersistentVolumeClaim';
  return controllerAnnotations.some((pattern) => pattern.test(key)) || (isClaim && claimAnnotations.some((pattern) => pattern.test(key)));
}
