//! The forms that other programs, auditors and browsers take: one file a form. Each is made of services and modes, as
//! [`Column`]s, and is the same from run to run.

pub(crate) mod csv;
pub(crate) mod forms;
pub(crate) mod json;
pub(crate) mod oscal;
pub(crate) mod page;

pub use csv::Profile;
pub use json::ExportRecord;

use crate::analysis::matrix::Column;
use crate::catalogue::Catalogue;
use crate::catalogue::model::Layer;
use crate::commands::records::AnswerRecord;

/// The answers of a service in a mode, layer by layer.
fn records<'c>(catalogue: &'c Catalogue, one: &Column<'c>) -> Vec<AnswerRecord<'c>> {
    Layer::ALL.iter().map(|layer| AnswerRecord::new(catalogue, one.service, one.mode, *layer)).collect()
}
