//! Git: what the repository holds and how it is changed.
//!
//! In process where it is read, through git(1) wherever bytes are decided for the user.

pub mod bundle;
pub mod checkout;
pub mod commits;
pub mod conflicted;
mod dead_lock;
pub mod disk;
pub mod dot_git;
pub mod durable;
pub mod edited_tree;
pub mod extent;
mod fill;
pub mod git;
mod holder;
pub mod identity;
pub mod include;
pub mod index_copy;
pub mod journal_notes;
pub mod log_store;
pub mod main_checkout;
pub mod measure;
pub mod merge;
mod mount;
pub mod objects;
pub mod open;
mod patch;
pub mod protect;
pub mod refs;
mod remnant;
pub mod remote;
pub mod removal;
pub mod replay;
pub mod seal;
pub mod second_name;
pub mod settings;
pub mod shared;
pub mod snapshot;
mod stranger;
pub mod target;
pub mod touches;
mod tree_files;
pub mod worktree;
