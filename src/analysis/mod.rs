//! What joins the catalogue with what comes in: public, and tested without a process.

pub mod coverage;
pub mod usage;
