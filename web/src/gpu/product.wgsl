// product = inputs times the transposed weights, tile by tile through workgroup memory. A token keeps its place in the
// four lanes of a vector; a panel has eight of them. A workgroup computes 64 rows of 8 panels, an invocation 4 rows of
// 4 tokens. As on the CPU, columns are added in blocks of 256, whose sums join the result in their order.

struct Shape {
  rows: u32,
  columns: u32,
  stride: u32, // weights from one row to the next
  first: u32, // panel of the inputs; those of the product are counted from there
  panels: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> inputs: array<vec4f>; // panel, channel, half
@group(0) @binding(3) var<storage, read_write> product: array<vec4f>; // panel, row, half

const DEPTH = 16u;
const ROWS = 64u;
const HALVES = 16u;
const BLOCK = 256u;

var<workgroup> some_weights: array<f32, DEPTH * ROWS>;
var<workgroup> some_inputs: array<vec4f, DEPTH * HALVES>;

@compute @workgroup_size(256)
fn multiply(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) own: u32) {
  let first_row = group.x * ROWS;
  let first_panel = group.y * (HALVES / 2u);
  let my_rows = own % 16u * 4u;
  let my_half = own / 16u;
  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  for (var block = 0u; block < shape.columns; block += BLOCK) {
    let end = min(shape.columns, block + BLOCK);
    var sum0 = vec4f();
    var sum1 = vec4f();
    var sum2 = vec4f();
    var sum3 = vec4f();
    for (var first = block; first < end; first += DEPTH) {
      for (var i = own; i < DEPTH * ROWS; i += 256u) {
        let row = first_row + i / DEPTH;
        let column = first + i % DEPTH;
        var weight = 0.0;
        if (row < shape.rows && column < end) {
          weight = weights[row * shape.stride + column];
        }
        some_weights[i % DEPTH * ROWS + i / DEPTH] = weight;
      }
      let panel = first_panel + own / 32u;
      let channel = first + own % 32u / 2u;
      var input = vec4f();
      if (panel < shape.panels && channel < end) {
        input = inputs[((shape.first + panel) * shape.columns + channel) * 2u + own % 2u];
      }
      some_inputs[own % 32u / 2u * HALVES + own / 32u * 2u + own % 2u] = input;
      workgroupBarrier();
      for (var k = 0u; k < DEPTH; k++) {
        let values = some_inputs[k * HALVES + my_half];
        let at = k * ROWS + my_rows;
        sum0 += some_weights[at] * values;
        sum1 += some_weights[at + 1u] * values;
        sum2 += some_weights[at + 2u] * values;
        sum3 += some_weights[at + 3u] * values;
      }
      workgroupBarrier();
    }
    total0 += sum0;
    total1 += sum1;
    total2 += sum2;
    total3 += sum3;
  }
  let panel = first_panel + my_half / 2u;
  if (panel >= shape.panels) {
    return;
  }
  keep(panel, first_row + my_rows, my_half % 2u, total0);
  keep(panel, first_row + my_rows + 1u, my_half % 2u, total1);
  keep(panel, first_row + my_rows + 2u, my_half % 2u, total2);
  keep(panel, first_row + my_rows + 3u, my_half % 2u, total3);
}

fn keep(panel: u32, row: u32, half: u32, total: vec4f) {
  if (row < shape.rows) {
    product[(panel * shape.rows + row) * 2u + half] = total;
  }
}
