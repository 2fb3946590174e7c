import { createHash } from 'node:crypto';
import type { Hasher } from '../core/sink';

/** SHA-256 under Node. */
export function createNodeHasher(): Hasher {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    peek: () => hash.copy().digest('hex'),
    digest: () => hash.digest('hex'),
  };
}
