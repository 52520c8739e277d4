//! JSON as inventories and findings read it: the bound on one value, any scalar as text, and faults in words of ours.

use std::io;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use crate::input;

/// The most bytes that one value which is kept may take: a name, an attribute, a row of a list, a finding. AWS's largest
/// finding has 240 KB, to which Prowler adds the resource's configuration; its largest configuration item has a few MB.
pub(crate) const MAX_VALUE: usize = 4 << 20;

/// What is wrong with a stream of JSON.
pub(crate) enum Fault {
    /// The stream failed.
    Io(io::Error),
    /// The line, and what is wrong there.
    Text(usize, String),
}

/// What went wrong below `skipped_lines` of the text.
pub(crate) fn fault(error: serde_json::Error, skipped_lines: usize) -> Fault {
    use serde_json::error::Category;
    let line = error.line().max(1) + skipped_lines;
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    Fault::Text(
        line,
        match error.classify() {
            Category::Io => {
                let error = io::Error::from(error);
                match input::not_text(&error) {
                    Some(what) => what.to_owned(),
                    None if input::is_over_budget(&error) => format!("a value of more than {} MiB", MAX_VALUE >> 20),
                    None => return Fault::Io(error),
                }
            }
            Category::Eof => "the JSON ends in the middle".to_owned(),
            Category::Syntax if message.starts_with("recursion limit exceeded") => "nested too deeply".to_owned(),
            Category::Syntax => format!("not valid JSON: {message}"),
            Category::Data => message.to_owned(),
        },
    )
}

/// Implements the methods of a [`Visitor`] for values that are not asked for: they are passed over, and give `$default`.
macro_rules! pass_over {
    ($default:expr; $($kind:ident),+) => { $(pass_over!(@ $kind $default);)+ };
    (@ bool $default:expr) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($default)
        }
    };
    (@ numbers $default:expr) => {
        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($default)
        }
        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($default)
        }
        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($default)
        }
    };
    (@ str $default:expr) => {
        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok($default)
        }
    };
    (@ unit $default:expr) => {
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok($default)
        }
    };
    (@ seq $default:expr) => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok($default)
        }
    };
    (@ map $default:expr) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
            Ok($default)
        }
    };
}
pub(crate) use pass_over;

/// Says what a visitor takes, for an error that no visitor here gives: all take anything.
macro_rules! expecting_anything {
    () => {
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("any value")
        }
    };
}
pub(crate) use expecting_anything;

/// A text, or a number or truth value as one; nothing for null, lists and objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar;
            expecting_anything!();
            pass_over!(Scalar(None); unit, seq, map);
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_owned())))
            }
            fn visit_string<E: de::Error>(self, value: String) -> Result<Scalar, E> {
                Ok(Scalar(Some(value)))
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// As [`Scalar`]; empty for anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Scalar::deserialize(deserializer).map(|scalar| Self(scalar.0.unwrap_or_default()))
    }
}
