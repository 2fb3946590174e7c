/** The Scale lab's calls to the core, on whichever thread. */
import { toJson } from '../../wasm/json';
import { Curve, type Sign } from '../../charts/curve-geometry';
import { answer } from '../../core/module';
import { Problem } from '../../core/problem';
import type { LabReport, LabRequest } from '../../core/types';
import type { Lab, NibbleModule } from '../../wasm/nibble';

/** A block on the core's bench; delete() it. Throws Problem. */
export function makeLab(module: NibbleModule, request: LabRequest): Lab {
  const lab = new module.Lab(toJson(request));
  const problem = lab.problem();
  if (!problem) return lab;
  lab.delete();
  throw new Problem(problem);
}

/** A report with its curve at offset 0, of both signs; without one for blocks that have an offset. */
export interface WholeReport {
  report: LabReport;
  pieces: [positive: ArrayBuffer, negative: ArrayBuffer] | null;
}

export function readReport(module: NibbleModule, lab: Lab): WholeReport {
  const report = answer(lab.report());
  return { report, pieces: report.affine ? null : [readPieces(module, lab, 1), readPieces(module, lab, -1)] };
}

export const curvesOf = ({ report, pieces }: WholeReport): Curve[] | null =>
  pieces && [
    new Curve(pieces[0], 1, report.squareSum, report.squareSum),
    new Curve(pieces[1], -1, report.squareSum, report.squareSum),
  ];

/** Copies the last curve's pieces out of the core. */
function readPieces(module: NibbleModule, lab: Lab, sign: Sign): ArrayBuffer {
  const pointer = lab.piecesPointer(sign);
  return module.HEAPU8.slice(pointer, pointer + lab.piecesBytes(sign)).buffer as ArrayBuffer;
}

/** The curve over the scale at an offset. */
export function cutAt(module: NibbleModule, lab: Lab, offset: number, squareSum: number): Curve[] {
  const cutSquares = lab.cut(offset);
  return ([1, -1] as const).map((sign) => new Curve(readPieces(module, lab, sign), sign, cutSquares, squareSum));
}
