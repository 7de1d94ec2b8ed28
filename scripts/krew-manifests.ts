/** Renders what a krew index says of a plugin: the words of krew/templates/NAME.yaml, and the archives of one version. */
import { dump, load } from 'js-yaml';

/** An archive that krew installs on one platform. */
export interface PackedArchive {
  readonly plugin: string;
  /** Go's name, as krew selects by it: linux, darwin, windows. */
  readonly os: string;
  /** Go's name: amd64, arm64. */
  readonly arch: string;
  /** File name of the archive. */
  readonly file: string;
  readonly sha256: string;
}

/** What stands in a template: everything that does not change with the version. */
interface KrewTemplate {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { shortDescription: string; description: string; caveats?: string };
}

export interface Release {
  /** Without `v`. */
  readonly version: string;
  /** Where the archives can be fetched: `https://…/releases/download/v0.1.0`. */
  readonly baseUrl: string;
  readonly homepage?: string | undefined;
}

/**
 * A manifest of krew's v1alpha2.
 * @param archives of this plugin; only platforms that were really packed are offered
 */
export function renderKrewManifest(template: string, archives: readonly PackedArchive[], { version, baseUrl, homepage }: Release): string {
  const { apiVersion, kind, metadata, spec } = load(template) as KrewTemplate;
  const own = archives.filter(({ plugin }) => plugin === metadata.name);
  if (own.length === 0) throw new Error(`no archive of ${metadata.name}`);
  const platforms = own.toSorted((a, b) => (a.file < b.file ? -1 : 1)).map(({ os, arch, file, sha256 }) => {
    const bin = `kubectl-${metadata.name}${os === 'windows' ? '.exe' : ''}`;
    return {
      selector: { matchLabels: { os, arch } },
      uri: `${baseUrl.replace(/\/+$/, '')}/${file}`,
      sha256,
      bin,
      files: [{ from: bin, to: '.' }, { from: 'LICENSE', to: '.' }],
    };
  });
  const full = { apiVersion, kind, metadata, spec: { version: `v${version}`, ...(homepage === undefined ? {} : { homepage }), ...spec, platforms } };
  return dump(full, { lineWidth: -1, noRefs: true });
}
