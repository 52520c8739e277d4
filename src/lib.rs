//! Who secures what on AWS: for a service and a layer, whether it is AWS's job, the customer's or both, what each must do,
//! and which page says so.
//!
//! This crate is the catalogue behind the program `whose`, for other programs to build on. The program itself is the default
//! feature `cli`, which a dependency on the catalogue alone leaves out:
//!
//! ```toml
//! whose = { version = "0.1", default-features = false }
//! ```
//!
//! [`Known`](catalogue::Known) is the way in: it has the catalogue, which answers who holds a layer, and the resolver, which
//! knows services by every name that AWS's ecosystem has for them. Nothing is read and nothing is parsed: it is all constants.
//!
//! ```
//! use whose::catalogue::{Known, model::{Layer, Party}, resolve::Meaning};
//!
//! let known = Known::default();
//! let resolution = known.resolver().resolve("aws_db_instance");
//! let Meaning::Service(rds, mode) = resolution.meaning else { panic!("a Terraform type is a name like any other") };
//!
//! let answer = known.catalogue().split(rds, mode, Layer::GuestOs);
//! assert_eq!((rds.id, answer.split.party), ("rds", Party::Aws));
//! for duty in answer.split.customer {
//!     println!("left to you: {duty}");
//! }
//! for source in known.catalogue().sources(answer.split.sources) {
//!     println!("{} says so, read on {}: {}", source.title(), source.checked, source.url());
//! }
//!
//! // A name may mean several services; that is an answer, never a guess.
//! let resolution = known.resolver().resolve("arn:aws:rds:eu-west-1:123456789012:cluster:orders");
//! assert!(matches!(resolution.meaning, Meaning::Several(exception) if exception.services.contains(&"aurora")));
//! ```
//!
//! # The house
//!
//! Data flows one way, and every module is one arrow of this line:
//!
//! ```text
//! data/*.yaml ──(build.rs: load, check, bake)──▶ catalogue ─┐
//!                                 an overlay, load, check ─▶│
//!          a name ─────────────(catalogue::resolve)────────▶├─▶ commands ─▶ a View ─▶ render ─▶ one String ─▶ main writes
//!          an inventory ───────(inventory::*)──────────────▶┘
//! ```
//!
//! The three wings `catalogue` (what is known), `inventory` (what comes in) and `render` (what goes out) do not know each
//! other; only the commands see all three, and commands do not know each other. Only `main` writes.
//!
//! # The life of one request
//!
//! `whose lambda@container-image platform`: `main` parses the words into a `Cli` and hands it to the command `show`. The
//! command asks the resolver what `lambda@container-image` means, asks the catalogue for the layer called `platform` and
//! for the split that answers it (the mode's, for it is the most specific level that speaks), and makes a view of it. The
//! format that was asked for, or that fits what stdout is, makes one text of the view; `main` writes it and ends with the
//! exit code that the command gave.

pub mod catalogue;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod yaml;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod commands;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod inventory;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod render;
