//! What a candidate changed against what its task declared: a table of edits a language, one of paths, and real trees.

#![allow(clippy::unwrap_used, reason = "a test ends where its world cannot be made")]

mod go;
mod paths;
mod python;
mod random;
mod rust;
mod script;
mod table;
mod trees;
#[allow(dead_code, reason = "measures are tested beside it")]
#[path = "../measure/world.rs"]
mod world;
