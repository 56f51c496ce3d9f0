//! Git: what the repository holds and how it is changed.

pub mod measure;
