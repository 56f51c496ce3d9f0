//! Scopes: what a name that is defined there can be.

/// A kind of place that definitions stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A file, a module, a namespace.
    Module,
    /// A class, a trait, an implementation.
    Type,
    /// A function: its variables are its own affair.
    Function,
}
