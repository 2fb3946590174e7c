/** The tensors of a model as a tree: what comes in, layer by layer in the order data flows, what goes out. */
import type { Role, TensorInfo } from '../../core/types';
import { ROLE_ORDER } from '../../charts/roles';
import { tally } from '../../text/units';

export interface Branch {
  /** Where it stands in the tree, for its state: "layer 3/attention". */
  key: string;
  title: string;
  depth: number;
  /** In the order they are shown. */
  children: (Branch | TensorInfo)[];
  tensors: number;
  weights: number;
  bytes: number;
  /** Its types, the most frequent first. */
  types: string;
}

export type Row = { branch: Branch; isOpen: boolean } | { tensor: TensorInfo; name: string; depth: number };

const isBranch = (node: Branch | TensorInfo): node is Branch => 'children' in node;

const ATTENTION: ReadonlySet<Role> = new Set(['q', 'k', 'v', 'qkv', 'o']);
const FEED_FORWARD: ReadonlySet<Role> = new Set(['gate', 'up', 'down']);

/** The part of a layer that a tensor belongs to, by its role, and by its name where the role is no matrix of one. */
function partOf({ name, role, layer }: TensorInfo): string {
  const own = name.slice(`blk.${layer}.`.length);
  if (FEED_FORWARD.has(role) || /ffn|ffw|exp_probs/.test(own)) return 'feed-forward';
  if (ATTENTION.has(role) || /attn|attention/.test(own)) return 'attention';
  return own.startsWith('ssm_') ? 'state space' : 'more';
}

/** Branches of what no layer has. */
const [COMES_IN, GOES_OUT] = ['comes in', 'goes out'];

const PARTS = ['attention', 'state space', 'feed-forward', 'more'];

/** Parts in their order; of tensors, norms before the matrices that read them, and those as data flows. */
const place = (node: Branch | TensorInfo) =>
  isBranch(node) ? PARTS.indexOf(node.title) : node.role === 'norm' ? -1 : ROLE_ORDER.indexOf(node.role);

/** What a tensor is under, from the root. Models without layers are divided as their names are, at the dots. */
function pathOf(tensor: TensorInfo, hasLayers: boolean): string[] {
  const { name, role, layer } = tensor;
  if (layer !== null) return [`layer ${layer}`, partOf(tensor)];
  if (!hasLayers) return name.split('.').slice(0, -1);
  return [role === 'output' || name.startsWith('output') ? GOES_OUT : COMES_IN];
}

export function treeOf(tensors: readonly TensorInfo[]): (Branch | TensorInfo)[] {
  const hasLayers = tensors.some(({ layer }) => layer !== null);
  const root = branch('', '', -1);
  const branches = new Map<string, Branch>();
  for (const tensor of tensors) {
    let at = root;
    for (const title of pathOf(tensor, hasLayers)) {
      const key = at === root ? title : `${at.key}/${title}`;
      let next = branches.get(key);
      if (!next) {
        next = branch(key, title, at.depth + 1);
        branches.set(key, next);
        at.children.push(next);
      }
      at = next;
    }
    at.children.push(tensor);
  }
  if (hasLayers) inOrderOfData(root);
  addUp(root);
  return root.children;
}

const branch = (key: string, title: string, depth: number): Branch => ({
  key,
  title,
  depth,
  children: [],
  tensors: 0,
  weights: 0,
  bytes: 0,
  types: '',
});

function inOrderOfData(root: Branch): void {
  const order = (node: Branch | TensorInfo) => {
    if (!isBranch(node)) return 0;
    if (node.title === COMES_IN) return -1;
    return node.title === GOES_OUT ? Infinity : Number(node.title.slice('layer '.length));
  };
  root.children.sort((a, b) => order(a) - order(b));
  for (const node of root.children) {
    if (!isBranch(node)) continue;
    node.children.sort((a, b) => place(a) - place(b));
    for (const part of node.children) if (isBranch(part)) part.children.sort((a, b) => place(a) - place(b));
  }
}

/** Answers the types of all tensors under it. */
function addUp(node: Branch): string[] {
  const types = node.children.flatMap((child) => {
    node.tensors += isBranch(child) ? 0 : 1;
    const found = isBranch(child) ? addUp(child) : [child.type];
    node.tensors += isBranch(child) ? child.tensors : 0;
    node.weights += child.weights;
    node.bytes += child.bytes;
    return found;
  });
  node.types = tally(types);
  return types;
}

/** Whether a branch stands open before anybody touched it: layers are closed in a model of many, parts are not. */
export const opensFirst = ({ depth }: Branch, tensors: number): boolean => depth > 0 || tensors <= MOST_OPEN;
const MOST_OPEN = 60;

/** Which tensors are looked for: all words must be in one's name, type, role or shape. */
export function matching(tensors: readonly TensorInfo[], texts: readonly string[], wanted: string) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return new Set(tensors.filter((_, index) => words.every((word) => texts[index]!.includes(word))));
}

/** The rows that are to be seen. With `found`, only tensors of it and what they are under, all of it open. */
export function rowsOf(
  tree: readonly (Branch | TensorInfo)[],
  isOpen: (branch: Branch) => boolean,
  found: ReadonlySet<TensorInfo> | null = null,
): Row[] {
  const rows: Row[] = [];
  const walk = (nodes: readonly (Branch | TensorInfo)[], depth: number, above: string) => {
    for (const node of nodes) {
      if (!isBranch(node)) {
        if (found === null || found.has(node)) rows.push({ tensor: node, name: shortName(node, above), depth });
        continue;
      }
      const open = found !== null || isOpen(node);
      const at = rows.push({ branch: node, isOpen: open });
      if (open) walk(node.children, depth + 1, node.key);
      if (found !== null && rows.length === at) rows.pop(); // nothing under it was looked for
    }
  };
  walk(tree, 0, '');
  return rows;
}

/** A name without what its branches say. What comes in and what goes out stand under words that are in no name. */
function shortName({ name, layer }: TensorInfo, above: string): string {
  const said =
    layer !== null ? `blk.${layer}.` : above === COMES_IN || above === GOES_OUT ? '' : `${above.replaceAll('/', '.')}.`;
  return name.startsWith(said) ? name.slice(said.length) : name;
}
