/**
 * Every program that tests, demo and benchmarks run beside the product, at its exact version. A new tool is one entry here.
 *
 * All of them are built from Go modules: the module proxy pins content by checksum, and the same source runs on every platform.
 */

/** One program and how it is built. */
export interface Tool {
  /** File name of the binary. */
  readonly name: string;
  /** Version that the binary reports; a binary on PATH is used only if it reports exactly this. */
  readonly version: string;
  /** Go module, at `moduleVersion`. */
  readonly module: string;
  readonly moduleVersion: string;
  /** Package to build; `main` lives there. */
  readonly package: string;
  /** Versions for requirements that upstream only satisfies by a `replace` with a path of its own repository. */
  readonly stagedVersion?: string;
  /** `-X` settings for the linker, `name=value`. */
  readonly linkerValues?: readonly string[];
  readonly buildTags?: readonly string[];
  /** A Go file of ours that is built in the place of a package, with the module's own dependencies; a new `version` where it changes. */
  readonly source?: string;
  /** Arguments that make the binary print its version. */
  readonly versionArgs: readonly string[];
  /** Expected time on two cores without a build cache, for the progress line. */
  readonly minutes: number;
}

const kubernetesVersion = 'v1.36.3';

/** Without these the API server calls itself v0.0.0-master, and clients that look at the version (kubectl's skew warning, Argo CD) misbehave. */
const kubernetesLinkerValues = [
  `k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  'k8s.io/component-base/version.gitMajor=1',
  'k8s.io/component-base/version.gitMinor=36',
];

function kubernetes(name: string, minutes: number, versionArgs: readonly string[] = ['--version']): Tool {
  return {
    name,
    version: kubernetesVersion,
    module: 'k8s.io/kubernetes',
    moduleVersion: kubernetesVersion,
    package: `k8s.io/kubernetes/cmd/${name}`,
    stagedVersion: kubernetesVersion.replace('v1.', 'v0.'),
    linkerValues: kubernetesLinkerValues,
    versionArgs,
    minutes,
  };
}

function kwok(name: string, minutes: number): Tool {
  return {
    name,
    version: 'v0.8.0',
    module: 'sigs.k8s.io/kwok',
    moduleVersion: 'v0.8.0',
    package: `sigs.k8s.io/kwok/cmd/${name}`,
    versionArgs: ['--version'],
    minutes,
  };
}

function krew(name: string, versionArgs: readonly string[]): Tool {
  return {
    name,
    version: 'v0.5.0',
    module: 'sigs.k8s.io/krew',
    moduleVersion: 'v0.5.0',
    package: `sigs.k8s.io/krew/cmd/${name}`,
    linkerValues: ['sigs.k8s.io/krew/internal/version.gitTag=v0.5.0'],
    versionArgs,
    minutes: 1,
  };
}

export const tools: readonly Tool[] = [
  kubernetes('kube-apiserver', 6),
  kubernetes('kube-controller-manager', 1),
  kubernetes('kube-scheduler', 1),
  kubernetes('kubectl', 1, ['version', '--client']),
  {
    name: 'etcd',
    version: '3.6.16',
    module: 'go.etcd.io/etcd/server/v3',
    moduleVersion: 'v3.6.16',
    package: 'go.etcd.io/etcd/server/v3',
    versionArgs: ['--version'],
    minutes: 1,
  },
  kwok('kwok', 2),
  kwok('kwokctl', 1),
  {
    name: 'helm',
    version: 'v3.22.0',
    module: 'helm.sh/helm/v3',
    moduleVersion: 'v3.22.0',
    package: 'helm.sh/helm/v3/cmd/helm',
    linkerValues: ['helm.sh/helm/v3/internal/version.version=v3.22.0'],
    versionArgs: ['version', '--template={{.Version}}'],
    minutes: 1,
  },
  {
    name: 'prometheus-operator',
    version: '0.85.0',
    module: 'github.com/prometheus-operator/prometheus-operator',
    moduleVersion: 'v0.85.0',
    package: 'github.com/prometheus-operator/prometheus-operator/cmd/operator',
    linkerValues: ['github.com/prometheus/common/version.Version=0.85.0'],
    versionArgs: ['--version'],
    minutes: 5,
  },
  {
    name: 'versitygw',
    version: '1.8.0',
    module: 'github.com/versity/versitygw',
    moduleVersion: 'v1.8.0',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    linkerValues: ['main.Version=1.8.0', 'main.Build=retrace', 'main.BuildTime=none'],
    versionArgs: ['--version'],
    minutes: 2,
  },
  {
    name: 'prometheus',
    version: '3.16.0',
    module: 'github.com/prometheus/prometheus',
    moduleVersion: 'v0.316.0',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    linkerValues: ['github.com/prometheus/common/version.Version=3.16.0'],
    // Service discovery of every cloud would bring modules that cannot be had, and an hour.
    buildTags: ['remove_all_sd', 'enable_kubernetes_sd', 'netgo'],
    versionArgs: ['--version'],
    minutes: 5,
  },
  {
    name: 'thanos',
    version: '0.42.4',
    module: 'github.com/thanos-io/thanos',
    moduleVersion: 'v0.42.4',
    package: 'github.com/thanos-io/thanos/cmd/thanos',
    linkerValues: ['github.com/prometheus/common/version.Version=0.42.4'],
    // As upstream's .promu.yml: without slicelabels Receive panics at its first answer to a querier.
    buildTags: ['netgo', 'slicelabels'],
    versionArgs: ['--version'],
    minutes: 3,
  },
  // Prometheus' two readers of the text format: judges and peers of ours.
  {
    name: 'exposition-peer',
    version: '0.316.0-1',
    module: 'github.com/prometheus/prometheus',
    moduleVersion: 'v0.316.0',
    package: '.',
    source: 'scripts/bench/peers/exposition.go',
    versionArgs: ['version'],
    minutes: 1,
  },
  krew('krew', ['version']),
  // Tells no version: only one that was built here is used.
  krew('validate-krew-manifest', ['-h']),
];

/** The tools that a control plane needs; what a run asks for when it names none. */
export const controlPlaneTools: readonly string[] = [
  'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'etcd', 'kwok', 'kwokctl',
];

/** Entry of one tool by name. Throws for a name that is not in the list: that is a mistake in the calling code. */
export function findTool(name: string): Tool {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name} in scripts/tools/list.ts`);
  return tool;
}
