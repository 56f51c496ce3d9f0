//! What a candidate changed against what its task declared: a table of edits a language, and one of paths.

mod go;
mod paths;
mod python;
mod random;
mod rust;
mod script;
mod table;
