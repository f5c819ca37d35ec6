// How the matrix products' operands and results are stored: as float32.
alias Operand4 = vec4f;
alias Result4 = vec4f;
