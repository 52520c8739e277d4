//! What an inventory and the results of checks have to do with the catalogue: which services are used, which of the customer's
//! duties were checked, who answers for a control, and how services compare. Public, and tested without a process.

#[cfg(feature = "cli")]
pub mod changes;
pub mod controls;
#[cfg(feature = "cli")]
pub mod coverage;
pub mod matrix;
#[cfg(feature = "cli")]
pub mod usage;
