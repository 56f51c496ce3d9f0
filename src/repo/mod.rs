//! Git: what the repository holds and how it is changed.
