import { createHash } from 'node:crypto';
import type { Hasher } from '../core/sink';

/** SHA-256 under Node. */
export function createNodeHasher(): Hasher {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}
