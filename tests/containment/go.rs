//! Go: edits, declared and not.

use super::table::{Row, check};

const ROWS: &[Row] = &[
    Row {
        what: "a method with a pointer as receiver",
        before: "package a\n\nfunc (s *S) F() {}\n\nfunc (t *T) F() {}\n",
        after: "package a\n\nfunc (s *S) F() { x() }\n\nfunc (t *T) F() { x() }\n",
        declared: "S.F",
        escapes: &["symbol 'T.F' is not declared"],
    },
    Row {
        what: "a receiver with parameters, one without a name",
        before: "package a\nfunc (s *S[K, V]) F() {}\nfunc (T) F() {}\nfunc F() {}\n",
        after: "package a\nfunc (s *S[K, V]) F() { x() }\nfunc (T) F() { x() }\nfunc F() { x() }\n",
        declared: "S T",
        escapes: &["symbol 'F' is not declared"],
    },
    Row {
        what: "a type covers its methods",
        before: "package a\ntype S struct{ a int }\nfunc (s S) F() {}\n",
        after: "package a\ntype S struct{ b int }\nfunc (s *S) F() {}\nfunc (s S) G() {}\n",
        declared: "S",
        escapes: &[],
    },
    Row {
        what: "one of a group of variables",
        before: "package a\nvar (\n\t// One.\n\ta = 1 // One.\n\tb = 1\n)\n",
        after: "package a\nvar (\n\t// Two.\n\ta = 2 // Two.\n\tb = 1\n\tc, d = 1, 2\n)\n",
        declared: "a c",
        escapes: &["symbol 'd' is not declared"],
    },
    Row {
        what: "variables become constants",
        before: "package a\nvar (\n\ta = 1\n)\n",
        after: "package a\nconst (\n\ta = 1\n)\n",
        declared: "b",
        escapes: &["symbol 'a' is not declared"],
    },
    Row {
        what: "one of a group of constants",
        before: "package a\nconst (\n\ta = 1\n\tb = 2\n)\n",
        after: "package a\nconst (\n\ta = 3\n\tb = 2\n)\n",
        declared: "a",
        escapes: &[],
    },
    Row {
        what: "constants that follow from where they stand",
        before: "package a\nconst (\n\ta = iota\n\tb\n)\n",
        after: "package a\nconst (\n\tc = iota\n\ta\n\tb\n)\n",
        declared: "c",
        escapes: &["symbol 'a' is not declared", "symbol 'b' is not declared"],
    },
    Row {
        what: "a comment in a group",
        before: "package a\ntype (\n\t// One.\n\n\tS int\n\tT = int\n)\n",
        after: "package a\ntype (\n\t// Two.\n\n\tS int\n\tT = int\n)\n",
        declared: "S T",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "single declarations",
        before: "package a\nvar a, b = 1, 2\nconst c = 1\ntype T interface{ F() }\ntype U = T\n",
        after: "package a\nvar a, b = 1, 3\nconst c = 2\ntype T interface{ G() }\ntype U = S\n",
        declared: "a c T",
        escapes: &["symbol 'U' is not declared", "symbol 'b' is not declared"],
    },
    Row {
        what: "imports and the package",
        before: "package a\n\nimport \"b\"\n\nfunc f() {}\n",
        after: "package a\n\nimport (\n\t\"b\"\n\t\"c\"\n)\n\nfunc f() { c.D() }\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "the package",
        before: "package a\nfunc f() {}\n",
        after: "package b\nfunc f() {}\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "what a build is for",
        before: "//go:build linux\n\npackage a\n\nfunc f() {}\n",
        after: "//go:build darwin\n\npackage a\n\nfunc f() {}\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "several of one name",
        before: "package a\nfunc init() { x() }\nfunc init() { y() }\nfunc f() {}\n",
        after: "package a\nfunc init() { x() }\nfunc init() { z() }\nfunc f() {}\n",
        declared: "f",
        escapes: &["symbol 'init' is not declared"],
    },
    Row {
        what: "moved, with its doc comment",
        before: "package a\n\n// F does.\nfunc F() {}\n\nfunc G() {}\n",
        after: "package a\n\nfunc G() {}\n\n// F does.\nfunc F() {}\n",
        declared: "none",
        escapes: &[],
    },
    Row {
        what: "other line ends",
        before: "package a\n\nfunc f() {\n}\n",
        after: "package a\r\n\r\nfunc f() {\r\n}\r\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "names beyond ASCII",
        before: "package a\nfunc 世界() {}\nfunc é() {}\n",
        after: "package a\nfunc 世界() { x() }\nfunc é() { x() }\n",
        declared: "世界",
        escapes: &["symbol 'é' is not declared"],
    },
];

#[test]
fn each_edit_of_go_is_told() {
    check("cmd/a.go", ROWS);
}
