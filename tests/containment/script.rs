//! `JavaScript` and `TypeScript`: edits, declared and not.

use super::table::{Row, check};

/// Rows that are the same in both languages.
const BOTH: &[Row] = &[
    Row {
        what: "an arrow function bound to a constant",
        before: "export const f = (a) => a;\nexport const g = (a) => a;\n",
        after: "export const f = (a) => { return b; };\nexport const g = (a) => b;\n",
        declared: "f",
        escapes: &["symbol 'g' is not declared"],
    },
    Row {
        what: "a function in an arrow function",
        before: "const f = () => {\n  function inner() { return 1 }\n  const h = () => 1;\n  return inner;\n};\n",
        after: "const f = () => {\n  function inner() { return 2 }\n  const h = () => 2;\n  return inner;\n};\n",
        declared: "f.inner",
        escapes: &["symbol 'f.h' is not declared"],
    },
    Row {
        what: "a default export without a name",
        before: "export default function () { return 1 }\nfunction g() {}\n",
        after: "export default function () { return 2 }\nfunction g() {}\n",
        declared: "default",
        escapes: &[],
    },
    Row {
        what: "a default export that is a value",
        before: "function g() {}\nexport default { a: 1 };\n",
        after: "function g() {}\nexport default { a: 2 };\n",
        declared: "g",
        escapes: &["symbol 'default' is not declared"],
    },
    Row {
        what: "a default export with a name",
        before: "export default class A { f() { return 1 } g() { return 1 } }\n",
        after: "export default class A { f() { return 2 } g() { return 2 } }\n",
        declared: "A.f default",
        escapes: &["symbol 'A.g' is not declared"],
    },
    Row {
        what: "what is exported",
        before: "function f() {}\nfunction g() {}\nexport { f };\n",
        after: "function f() {}\nfunction g() {}\nexport { f, g };\n",
        declared: "f g",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "a symbol becomes exported",
        before: "function f() {}\nfunction g() {}\n",
        after: "export function f() {}\nexport function g() {}\n",
        declared: "f",
        escapes: &["symbol 'g' is not declared"],
    },
    Row {
        what: "one of several variables",
        before: "export const a = 1, b = 1;\n",
        after: "export const a = 2, b = 1, c = 3;\n",
        declared: "a c",
        escapes: &[],
    },
    Row {
        what: "several variables become others",
        before: "const a = 1, b = 1;\n",
        after: "let a = 1, b = 1;\n",
        declared: "a",
        escapes: &["symbol 'b' is not declared"],
    },
    Row {
        what: "a pattern binds names",
        before: "const { a, b: c, d = 1, ...e } = f(), [g, , h] = i;\n",
        after: "const { a, b: c, d = 2, ...e } = f(), [g, , h] = i;\n",
        declared: "a d g",
        escapes: &["symbol 'c' is not declared", "symbol 'e' is not declared"],
    },
    Row {
        what: "members of a class",
        before: "class A {\n  static x = 1;\n  #y = 1;\n  get z() { return 1 }\n  set z(v) { }\n  async *f() {}\n  ['k']() {}\n}\n",
        after: "class A {\n  static x = 2;\n  #y = 2;\n  get z() { return 1 }\n  set z(v) { v }\n  async *f() { 1 }\n  ['k']() { 1 }\n}\n",
        declared: "A.x A.f",
        escapes: &["symbol 'A.#y' is not declared", "symbol 'A.['k']' is not declared", "symbol 'A.z' is not declared"],
    },
    Row {
        what: "a member is added with its semicolon",
        before: "class A {\n  x = 1;\n}\n",
        after: "class A {\n  x = 1;\n  // Why.\n  y = () => 2;\n}\n",
        declared: "A.y",
        escapes: &[],
    },
    Row {
        what: "the block that runs when a class is made",
        before: "class A {\n  static { a() }\n  f() {}\n}\n",
        after: "class A {\n  static { b() }\n  f() {}\n}\n",
        declared: "A.f",
        escapes: &["symbol 'A' is not declared"],
    },
    Row {
        what: "a class that is a value",
        before: "const A = class extends B { f() {} };\n",
        after: "const A = class extends C { f() {} };\n",
        declared: "A.f",
        escapes: &["symbol 'A' is not declared"],
    },
    Row {
        what: "a line end that ends a statement",
        before: "function f() {\n  function g() {}\n  return\n  g();\n}\n",
        after: "function f() {\n  function g() {}\n  return g();\n}\n",
        declared: "f.g",
        escapes: &["symbol 'f' is not declared"],
    },
    Row {
        what: "loose statements",
        before: "'use strict';\nfunction f() {}\nmodule.exports = { f };\n",
        after: "'use strict';\nfunction f() {}\nmodule.exports = { f, g: 1 };\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "a doc comment",
        before: "/** One. */\nfunction f() {}\n\n/** One. */\nfunction g() {}\n",
        after: "/** Two. */\nfunction f() {}\n\n/** Two. */\nfunction g() {}\n",
        declared: "f",
        escapes: &["symbol 'g' is not declared"],
    },
    Row {
        what: "a byte order mark is lost",
        before: "\u{feff}function f() {}\n",
        after: "function f() {}\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "an error of syntax after",
        before: "function f() {}\n",
        after: "function f() {}\n<<<<<<< ours\n",
        declared: "f",
        escapes: &["does not parse, so its symbols cannot be told"],
    },
    Row {
        what: "names beyond ASCII",
        before: "const π = 3, $ = 1;\n",
        after: "const π = 4, $ = 2;\n",
        declared: "π",
        escapes: &["symbol '$' is not declared"],
    },
];

const TYPESCRIPT: &[Row] = &[
    Row {
        what: "overloads are one symbol",
        before: "function f(a: number): void;\nfunction f(a: string): void;\nfunction f(a: any) {}\nfunction g() {}\n",
        after: "function f(a: number): void;\nfunction f(a: Date): void;\nfunction f(a: any) {}\nfunction g() {}\n",
        declared: "g",
        escapes: &["symbol 'f' is not declared"],
    },
    Row {
        what: "interfaces, types, enums, abstract classes",
        before: "interface I { a: number }\ntype T = 1;\nexport enum E { A }\nabstract class C { abstract f(): void; private x?: number; }\n",
        after: "interface I { a: string }\ntype T = 2;\nexport enum E { B }\nabstract class C { abstract f(): string; private x?: string; }\n",
        declared: "I C.x",
        escapes: &["symbol 'C.f' is not declared", "symbol 'E' is not declared", "symbol 'T' is not declared"],
    },
    Row {
        what: "decorators",
        before: "@a\nexport class A {\n  @b() // Why.\n  f() {}\n  @b()\n  g() {}\n}\n",
        after: "@a\nexport class A {\n  @c() // Why not.\n  f() {}\n  @c()\n  g() {}\n}\n",
        declared: "A.f",
        escapes: &["symbol 'A.g' is not declared"],
    },
    Row {
        what: "the decorator of a class",
        before: "@a\nexport class A {\n  f() {}\n}\n",
        after: "@b\nexport class A {\n  f() {}\n}\n",
        declared: "A.f",
        escapes: &["symbol 'A' is not declared"],
    },
    Row {
        what: "namespaces",
        before: "namespace N.M {\n  export function f() {}\n  export const a = 1, b = 1;\n}\nexport namespace O { const a = 1; }\n",
        after: "namespace N.M {\n  export function f() { 1 }\n  export const a = 2, b = 2;\n}\nexport namespace O { const a = 2; }\n",
        declared: "N.M.a O",
        escapes: &["symbol 'N.M.b' is not declared", "symbol 'N.M.f' is not declared"],
    },
    Row {
        what: "what is declared and not defined",
        before: "declare function f(): void;\ndeclare const a: number, b: number;\ndeclare module 'm' {\n  const c: number;\n}\n",
        after: "declare function f(): string;\ndeclare const a: string, b: number;\ndeclare module 'm' {\n  const c: string;\n}\n",
        declared: "a 'm'",
        escapes: &["symbol 'f' is not declared"],
    },
];

#[test]
fn each_edit_of_javascript_is_told() {
    check("a.js", BOTH);
}

#[test]
fn each_edit_of_typescript_is_told() {
    check("a.ts", BOTH);
    check("a.ts", TYPESCRIPT);
    check("a.tsx", BOTH);
    check("a.tsx", TYPESCRIPT);
}
