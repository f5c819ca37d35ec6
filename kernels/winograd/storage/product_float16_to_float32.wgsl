// How the matrix products' operands and results are stored: operands as float16, results as float32, for those that are added up piece by piece.
alias Operand4 = vec4<f16>;
alias Result4 = vec4f;
