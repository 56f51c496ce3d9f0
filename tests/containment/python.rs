//! Python: edits, declared and not.

use super::table::{Row, check};

const ROWS: &[Row] = &[
    Row {
        what: "the declared function is edited and moved",
        before: "import a\n\ndef f():\n    return 1\n\ndef g():\n    return 1\n",
        after: "import a\n\n\ndef g():\n    return 1\n\n\nasync def f(x):\n    return 2\n",
        declared: "f",
        escapes: &[],
    },
    Row {
        what: "a method of the same name in another class",
        before: "class A:\n    def f(self):\n        pass\n\nclass B:\n    def f(self):\n        pass\n",
        after: "class A:\n    def f(self):\n        pass\n\nclass B:\n    def f(self):\n        1\n",
        declared: "A.f",
        escapes: &["symbol 'B.f' is not declared"],
    },
    Row {
        what: "a line that begins behind a carriage return in a comment",
        before: "def f():\n    return 1\n\ndef g():\n    return 1\n",
        after: "def f():\n    return 2  # x\rimport os\n\ndef g():\n    return 1\n",
        declared: "f",
        escapes: &["does not parse, so its symbols cannot be told"],
    },
    Row {
        what: "a nested class",
        before: "class A:\n    class B:\n        x = 1\n        def f(self): pass\n    def f(self): pass\n",
        after: "class A:\n    class B:\n        x = 2\n        def f(self): 1\n    def f(self): 1\n",
        declared: "A.B.f",
        escapes: &["symbol 'A.B.x' is not declared", "symbol 'A.f' is not declared"],
    },
    Row {
        what: "a class covers what is in it",
        before: "class A:\n    class B:\n        x = 1\n",
        after: "class A(C):\n    \"\"\"Why.\"\"\"\n    class B:\n        x = 2\n    def g(self): pass\n",
        declared: "A",
        escapes: &[],
    },
    Row {
        what: "the docstring of a class",
        before: "class A:\n    \"\"\"One.\"\"\"\n    def f(self): pass\n",
        after: "class A:\n    \"\"\"Two.\"\"\"\n    def f(self): pass\n",
        declared: "A.f",
        escapes: &["symbol 'A' is not declared"],
    },
    Row {
        what: "a decorator",
        before: "@a\ndef f(): pass\n@a\ndef g(): pass\n",
        after: "@b\ndef f(): pass\n@b\ndef g(): pass\n",
        declared: "f",
        escapes: &["symbol 'g' is not declared"],
    },
    Row {
        what: "overloads are one symbol",
        before: "@overload\ndef f(x: int): ...\n@overload\ndef f(x: str): ...\ndef f(x): pass\ndef g(): pass\n",
        after: "@overload\ndef f(x: int): ...\n@overload\ndef f(x: bytes): ...\ndef f(x): pass\ndef g(): pass\n",
        declared: "g",
        escapes: &["symbol 'f' is not declared"],
    },
    Row {
        what: "a property and what sets it",
        before: "class A:\n    @property\n    def x(self): 1\n    @x.setter\n    def x(self, v): 1\n",
        after: "class A:\n    @property\n    def x(self): 1\n    @x.setter\n    def x(self, v): 2\n",
        declared: "A.x",
        escapes: &[],
    },
    Row {
        what: "a method is added first, under a comment of its own",
        before: "class A:\n    def f(self): pass\n",
        after: "class A:\n    # Why.\n    def g(self): pass\n\n    def f(self): pass\n",
        declared: "A.g",
        escapes: &[],
    },
    Row {
        what: "a comment behind the head of a class",
        before: "class A:\n    def f(self): pass\n",
        after: "class A:  # noqa\n    def f(self): pass\n",
        declared: "A.f",
        escapes: &["symbol 'A' is not declared"],
    },
    Row {
        what: "a method is added last, with a comment behind it",
        before: "class A:\n    def f(self):\n        pass\n\nx = 1\n",
        after: "class A:\n    def f(self):\n        pass\n\n    def g(self):\n        pass  # Why.\n\nx = 1\n",
        declared: "A.g",
        escapes: &[],
    },
    Row {
        what: "a function leaves its class",
        before: "class A:\n    x = 1\n    def f(self): pass\n",
        after: "class A:\n    x = 1\ndef f(self): pass\n",
        declared: "A.f",
        escapes: &["symbol 'f' is not declared"],
    },
    Row {
        what: "variables",
        before: "a = 1\nb: int = 1\nc, (d, *e) = 1\nf = g = 1\nh.i = 1\n",
        after: "a = 2\nb: str = 1\nc, (d, *e) = 2\nf = g = 2\nh.i = 1\n",
        declared: "a d f",
        escapes: &[
            "symbol 'b' is not declared",
            "symbol 'c' is not declared",
            "symbol 'e' is not declared",
            "symbol 'g' is not declared",
        ],
    },
    Row {
        what: "what is set on something else is of the rest",
        before: "a.b = 1\nc += 1\n",
        after: "a.b = 2\nc += 1\n",
        declared: "a b c",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "local variables are the function's own affair",
        before: "def f():\n    x = 1\n    def g():\n        return x\n    return g\n",
        after: "def f():\n    x = 2\n    def g():\n        return x\n    return g\n",
        declared: "f.g x f.x",
        escapes: &["symbol 'f' is not declared"],
    },
    Row {
        what: "a definition in a statement is of the rest",
        before: "def f(): pass\nif a:\n    def g(): 1\n",
        after: "def f(): pass\nif a:\n    def g(): 2\n",
        declared: "g",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "a statement leaves its condition",
        before: "def f(): pass\nif a:\n    b()\n    c()\n",
        after: "def f(): pass\nif a:\n    b()\nc()\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "blanks in a text of several lines",
        before: "def f(): pass\nprint('''a\n\nb''')\n",
        after: "def f(): pass\nprint('''a\n\n\nb''')\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "the line that names the interpreter",
        before: "#!/usr/bin/python\ndef f(): pass\n",
        after: "#!/usr/bin/python3\ndef f(): pass\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "an import under a function",
        before: "def f(): pass\nfrom a import b\n",
        after: "def f(): pass\nfrom a import c\n",
        declared: "f",
        escapes: &["the rest of the file changed"],
    },
    Row {
        what: "the last method is deleted",
        before: "class A:\n    x = 1\n\n    def f(self):\n        pass\n\n# End.\n",
        after: "class A:\n    x = 1\n\n# End.\n",
        declared: "A.f",
        escapes: &[],
    },
    Row {
        what: "a type and names beyond ASCII",
        before: "type é[T] = list[T]\nclass Ünï:\n    def ß(self): 1\n",
        after: "type é[T] = set[T]\nclass Ünï:\n    def ß(self): 2\n",
        declared: "Ünï.ß",
        escapes: &["symbol 'é' is not declared"],
    },
    Row {
        what: "an indent that fits nothing",
        before: "def f():\n    pass\n",
        after: "def f():\n    pass\n  x = (\n",
        declared: "f",
        escapes: &["does not parse, so its symbols cannot be told"],
    },
];

#[test]
fn each_edit_of_python_is_told() {
    check("a/b.py", ROWS);
}
