/** An option, seed or script of the simulator that cannot be meant. The text names it in backticks. */
export class SimulatorOptionError extends Error {
  override readonly name = "SimulatorOptionError";
}

export function badOption(option: string, value: unknown, wanted: string): SimulatorOptionError {
  return new SimulatorOptionError(`\`${option}\` must be ${wanted}, not ${JSON.stringify(value)}.`);
}

export function noSuch(kind: "OBProxy cluster" | "OBProxy" | "task" | "subtask", id: string): SimulatorOptionError {
  return new SimulatorOptionError(`The simulator has no ${kind} ${id}.`);
}
