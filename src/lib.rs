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
//! [`Catalogue`](catalogue::Catalogue) is the way in: it says who holds a layer, and it knows services by every name that AWS's
//! ecosystem has for them. No file is read: the catalogue is built in, and a service is decoded when it is asked for.
//!
//! ```
//! use whose::catalogue::{Catalogue, model::{Layer, Party}, resolve::Meaning};
//!
//! let catalogue = Catalogue::built_in();
//! let resolution = catalogue.resolve("aws_db_instance");
//! let Meaning::Service(rds, mode) = resolution.meaning else { panic!("a Terraform type is a name like any other") };
//!
//! let answer = catalogue.split(rds, mode, Layer::GuestOs);
//! assert_eq!((&*rds.id, answer.split.party), ("rds", Party::Aws));
//! for duty in answer.duties(Party::Customer) {
//!     println!("left to you: {}", duty.text);
//! }
//! for source in catalogue.cited(&answer.split.sources) {
//!     println!("{} says so, read on {}: {}", source.title, source.checked, source.url);
//! }
//!
//! // A name may mean several services; that is an answer, never a guess.
//! let resolution = catalogue.resolve("arn:aws:rds:eu-west-1:123456789012:cluster:orders");
//! assert!(matches!(resolution.meaning, Meaning::Ambiguous(shared) if shared.services.iter().any(|id| *id == "aurora")));
//! ```
//!
//! What may grow is `#[non_exhaustive]`: the structs of the catalogue and of the answers, the errors, the formats of findings,
//! and of the closed sets [`IdentifierKind`](catalogue::model::IdentifierKind),
//! [`CheckProvider`](catalogue::model::CheckProvider) and [`Mechanism`](catalogue::model::Mechanism). Layers, categories and
//! parties are what they are.
//!
//! The file `ARCHITECTURE.md` is the map of the source.

mod address;
pub mod analysis;
pub mod catalogue;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod commands;
#[cfg(feature = "cli")]
pub mod findings;
#[cfg(feature = "cli")]
pub mod input;
#[cfg(feature = "cli")]
pub mod inventory;
#[cfg(feature = "cli")]
mod json;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod pager;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod render;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod sanitize;
