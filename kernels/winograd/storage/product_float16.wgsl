// How the matrix products' operands and results are stored: as float16, for the transform back. Sums are float32 in every case.
alias Operand4 = vec4<f16>;
alias Result4 = vec4<f16>;
