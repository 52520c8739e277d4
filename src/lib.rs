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
//! let resolution = catalogue.resolve("aws_ecs_service");
//! let Meaning::Service(ecs, mode) = resolution.meaning else { panic!("a Terraform type is a name like any other") };
//! assert_eq!((&*ecs.id, mode), ("ecs", None));
//!
//! // The name does not say how ECS is run, and that moves the line: every way has an answer of its own.
//! let modes = mode.map_or_else(|| ecs.variants(), |mode| vec![Some(mode)]);
//! for mode in modes {
//!     let answer = catalogue.split(ecs, mode, Layer::GuestOs);
//!     println!("{}: {}", mode.map_or("", |mode| &*mode.name), answer.split.party);
//!     for duty in answer.duties(Party::Customer) {
//!         println!("  left to you: {}", duty.text);
//!     }
//!     for source in catalogue.cited(&answer.split.sources) {
//!         println!("  {} says so, read on {}: {}", source.title, source.checked, source.url);
//!     }
//! }
//!
//! // A name may mean several services; that is an answer, never a guess.
//! let resolution = catalogue.resolve("arn:aws:rds:eu-west-1:123456789012:cluster:orders");
//! assert!(matches!(resolution.meaning, Meaning::Ambiguous(shared) if shared.services.iter().any(|id| *id == "aurora")));
//! ```
//!
//! With its default features the crate reads inventories too. The matrix of a Terraform plan, layers × services:
//!
//! ```
//! # #[cfg(feature = "cli")] {
//! use whose::analysis::matrix::Column;
//! use whose::analysis::usage::ServiceUsage;
//! use whose::catalogue::{Catalogue, model::Layer};
//!
//! let plan = r#"{ "format_version": "1.2", "planned_values": { "root_module": { "resources": [
//!     { "address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web", "values": {} },
//!     { "address": "aws_sqs_queue.jobs", "mode": "managed", "type": "aws_sqs_queue", "name": "jobs", "values": {} }
//! ] } } }"#;
//!
//! let catalogue = Catalogue::built_in();
//! let mut usage = ServiceUsage::new(&catalogue);
//! usage.read(&mut plan.as_bytes())?;
//! let columns = usage.columns();
//! assert_eq!(columns.iter().map(Column::counted).collect::<Vec<_>>(), ["ec2 (1)", "sqs (1)"]);
//! for &layer in Layer::ALL {
//!     let party = |column: &Column<'_>| catalogue.split(column.service, column.mode, layer).split.party.to_string();
//!     println!("{layer}\t{}", columns.iter().map(party).collect::<Vec<_>>().join("\t"));
//! }
//! // What is in no column is said.
//! assert_eq!((usage.unmatched().len(), usage.undecided().len()), (0, 0));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What may grow is `#[non_exhaustive]`: the structs of the catalogue and of the answers, the errors, the formats of findings,
//! and of the closed sets [`IdentifierKind`](catalogue::model::IdentifierKind),
//! [`CheckProvider`](catalogue::model::CheckProvider) and [`Mechanism`](catalogue::model::Mechanism). Layers, categories and
//! parties are what they are.
//!
//! The file `ARCHITECTURE.md` is the map of the source.

#![forbid(unsafe_code)]

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
#[doc(hidden)]
pub mod export;
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
pub mod output;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod pager;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod sanitize;
