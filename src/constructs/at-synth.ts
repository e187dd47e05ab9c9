import { Annotations, Aspects } from "cdktf";
import { isDeepStrictEqual } from "node:util";
import { settingsText } from "../contract/settings-file.js";
import type { AppRegistry } from "./app-registry.js";
import { appProblems, stacksOfApp } from "./app-validation.js";
import { Carrier } from "./carrier.js";
import type { Declarations } from "./declarations.js";
import type { HookFiles } from "./hook-files.js";
import { ensureNullProvider } from "./null-provider.js";
import { hookSettings, indistinguishable } from "./settings.js";
import { remoteStateOf } from "./state-file.js";

export interface AtSynth {
  readonly registry: AppRegistry;
  readonly files: HookFiles;
  /** Contents of `caFile`. */
  readonly ca: string | undefined;
}

/** Does for one provider what is only known, or only safe to do, when all constructs are there. */
export function atSynth(declarations: Declarations, { ca, files, registry }: AtSynth): void {
  const { carrier, provider, stack } = declarations;
  const writeFiles = (): void => {
    files.write(settingsText(hookSettings(declarations, registry.providers)), ca);
    registry.noteWritten(declarations);
  };
  Aspects.of(provider).add({
    visit: (node) => {
      if (node !== provider) return;
      if (carrier === Carrier.NULL_RESOURCE) ensureNullProvider(stack, provider);
      warnOfVariables(declarations, registry.providers);
      if (registry.providersOf(stack)[0] === declarations) warnOfSharedState(declarations);
      writeFiles();
    },
  });
  provider.node.addValidation({
    validate: () => {
      // Once more: other aspects may have declared objects since.
      writeFiles();
      const isFirst = registry.providersOf(stack)[0] === declarations;
      return isFirst ? appProblems(registry.providers) : [];
    },
  });
}

/** Their hooks could not tell the objects apart, and would refuse to delete any. */
function warnOfVariables(declarations: Declarations, all: readonly Declarations[]): void {
  for (const other of all) {
    const isTwin = other !== declarations && other.sameOcpAs(declarations);
    const paths = isTwin ? indistinguishable(declarations, other) : undefined;
    if (paths === undefined) continue;
    const [own, others] = paths;
    Annotations.of(declarations.provider).addWarning(
      `${own} and, with another OcpProvider, ${others} have ids that only Terraform knows, and may mean the same object: no hook can tell, so destroy refuses to delete them. Write the ids of one of the two as numbers.`,
    );
  }
}

/** Not refused, as one local file is: what tells two states apart may be said to `init` alone. */
function warnOfSharedState({ provider, stack }: Declarations): void {
  const own = remoteStateOf(stack);
  if (own === undefined) return;
  for (const other of stacksOfApp(stack)) {
    if (other === stack || !isDeepStrictEqual(remoteStateOf(other), own)) continue;
    Annotations.of(provider).addWarning(
      `The stacks ${stack.node.path} and ${other.node.path} have the same ${own.backend} backend, and nothing in it tells their states apart: unless \`terraform init\` or a workspace does, a deploy of one forgets what the other has deployed, and leaves it in OCP. Give each a state of its own.`,
    );
  }
}
