// V8 skips over a function when it loads a file and parses it anew when it is called, unless the function stands in
// parentheses, which says that it will be called at once. Nearly all modules of the hook are.
import ts from "typescript";

/** Puts the modules of a minified CommonJS bundle, `var a=wrap((exports,module)=>{…})`, into parentheses. */
export function evaluateModulesAtOnce(source: string): string {
  const file = ts.createSourceFile("bundle.js", source, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS);
  const modules = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(({ initializer: value }) =>
      value && ts.isCallExpression(value) && value.arguments.length === 1 ? value.arguments : [],
    )
    .filter((module) => ts.isArrowFunction(module))
    .filter(({ body }) => ts.isBlock(body));
  if (modules.length === 0) throw new Error("the bundle has no modules of the form that was expected");
  return modules.reduceRight((text, module) => {
    const parameters = module.parameters.map(({ name }) => name.getText(file)).join(",");
    const body = text.slice(module.body.getStart(file), module.end);
    return `${text.slice(0, module.getStart(file))}(function(${parameters})${body})${text.slice(module.end)}`;
  }, source);
}
