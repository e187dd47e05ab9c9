import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "build/", "cdktf.out/", "coverage/", ".demo/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // One form where there are two.
      curly: ["error", "multi-line", "consistent"],
      "no-duplicate-imports": ["error", { allowSeparateTypeImports: false }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/explicit-member-accessibility": ["error", { accessibility: "no-public" }],
      "no-restricted-syntax": ["error", { selector: "PrivateIdentifier", message: "Say `private`." }],
      "no-restricted-globals": ["error", { name: "it", message: "Say `test`." }],
    },
  },
  {
    // Each of its modules has imports of its own.
    files: ["src/ocp/undici-parts.d.ts"],
    rules: { "no-duplicate-imports": "off" },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.mjs", "**/*.js", "**/*.cjs"],
    languageOptions: {
      globals: {
        Buffer: "readonly",
        fetch: "readonly",
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        module: "writable",
        exports: "writable",
        require: "readonly",
        __dirname: "readonly",
        setTimeout: "readonly",
      },
    },
  },
);
