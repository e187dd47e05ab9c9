// cdktf keeps with each token the whole stack of where it was made, and Jest looks up the source of every frame of it.
// No test asks for that, and it takes a third of a synth.
const { captureStackTrace } = Error;
Error.captureStackTrace = (object, below) => {
  if (Error.stackTraceLimit !== Number.MAX_SAFE_INTEGER) captureStackTrace(object, below);
};
