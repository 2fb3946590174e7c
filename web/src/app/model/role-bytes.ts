/** Where the bytes are: the tensors of each role together. */
import { ROLE_ORDER } from '../../charts/roles';
import type { Role, TensorInfo } from '../../core/types';

export interface RoleBytes {
  role: Role;
  tensors: number;
  weights: number;
  bytes: number;
}

export function bytesByRole(tensors: readonly TensorInfo[]): RoleBytes[] {
  const found = new Map<Role, RoleBytes>();
  for (const { role, weights, bytes } of tensors) {
    const entry = found.get(role) ?? { role, tensors: 0, weights: 0, bytes: 0 };
    entry.tensors += 1;
    entry.weights += weights;
    entry.bytes += bytes;
    found.set(role, entry);
  }
  return ROLE_ORDER.flatMap((role) => found.get(role) ?? []);
}
