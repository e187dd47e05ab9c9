import { DefaultTokenResolver, StringConcat, type TerraformStack, Tokenization } from "cdktf";

/** As it is going to be written, with every token replaced. */
export function resolved(stack: TerraformStack, value: unknown): unknown {
  return Tokenization.resolve(value, {
    scope: stack,
    resolver: new DefaultTokenResolver(new StringConcat()),
  }) as unknown;
}
