//! Bakes `data/` into constants: a catalogue that is wrong does not compile, and a look-up parses nothing.
//!
//! The same files that the program uses to read an overlay check the data here, so there is one set of rules. Writing the
//! constants is done by hand, in a few lines, because a derive for it would put a code generator into the program's own
//! dependencies.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/catalogue"]
mod catalogue {
    #![allow(dead_code, unreachable_pub, reason = "the build script needs a part of what the program makes public")]
    pub mod desk;
    pub mod index;
    pub mod load;
    pub mod model;
    pub mod names;
}
#[path = "src/yaml.rs"]
#[allow(dead_code, unreachable_pub, reason = "the build script needs a part of what the program makes public")]
mod yaml;

use catalogue::index::{Entry, Index, Proof, Target};
use catalogue::load::{self, File};
use catalogue::model::{
    Basis, Catalogue, Category, CategoryInfo, Checks, Condition, Control, Date, Exception, Identifiers, Kind, Layer,
    LayerInfo, Lifecycle, Lines, Maker, Mode, Owners, Party, Service, Sharing, Source, Split, Stage, ThirdParty,
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=data");
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    link(&home);
    let root = home.join("data");
    let mut files = Vec::new();
    read(&root, &root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let catalogue = match load::catalogue(&files) {
        Ok(catalogue) => catalogue,
        Err(faults) => {
            for fault in &faults {
                println!("cargo::error=data/{fault}");
            }
            return Ok(());
        }
    };
    let Some(index) = Index::of(&catalogue) else {
        println!("cargo::error=data: more than {} services, pages or names", catalogue::index::MOST);
        return Ok(());
    };
    let mut text = String::from("use crate::catalogue::{index::*, model::*};\n");
    for (name, kind, value) in [("CATALOGUE", "Catalogue", baked(&catalogue)), ("INDEX", "Index", baked(&index))] {
        _ = writeln!(text, "pub(super) static {name}: {kind} = {value};");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("baked.rs"), text)?;
    // The schemas are committed as people read them, and carried without their indentation, which is half of them.
    println!("cargo::rerun-if-changed=schema");
    for file in ["records.json", "service.json", "overlay.json"] {
        let schema = fs::read_to_string(home.join("schema").join(file))?;
        fs::write(out.join(file), schema.lines().map(str::trim_start).collect::<String>())?;
    }
    Ok(())
}

/// How the program is laid out in memory, on Linux with glibc.
fn link(home: &Path) {
    let set = |name: &str| env::var(name).unwrap_or_default();
    if set("CARGO_CFG_TARGET_OS") != "linux" || set("CARGO_CFG_TARGET_ENV") != "gnu" {
        return;
    }
    // The constants hold some hundred thousand pointers into text. In a position-independent executable the loader
    // adjusts each of them at every start; at a fixed address, a look-up touches only the pages that it reads.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    if set("PROFILE") != "release" {
        return;
    }
    // Nothing unwinds: the table by which an unwinder finds its way is twenty kilobytes for nobody.
    println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    // Rust's own choice of a linker knows what the layout asks for. Somebody else's may not, and links without it.
    println!("cargo::rerun-if-changed=layout.ld");
    if set("RUSTC_LINKER").is_empty() && set("CARGO_ENCODED_RUSTFLAGS").is_empty() {
        println!("cargo::rustc-link-arg-bins=-T{}", home.join("layout.ld").display());
    }
}

fn read(root: &Path, folder: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let below = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> =
                below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            files.push(File { path: parts.join("/"), text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

fn baked(value: &impl Bake) -> String {
    let mut out = String::new();
    value.bake(&mut out);
    out
}

/// Writes a value as the Rust expression that makes it.
trait Bake {
    fn bake(&self, out: &mut String);
}

/// Every field of every struct, by exhaustive patterns: a new field that is not baked does not compile.
macro_rules! structs {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Bake for $name {
            fn bake(&self, out: &mut String) {
                let Self { $($field),+ } = self;
                out.push_str(concat!(stringify!($name), "{"));
                $(
                    out.push_str(concat!(stringify!($field), ":"));
                    $field.bake(out);
                    out.push(',');
                )+
                out.push('}');
            }
        }
    )+};
}

/// Enums without data are written as their own `Debug` names.
macro_rules! enums {
    ($($name:ident)+) => {$(
        impl Bake for $name {
            fn bake(&self, out: &mut String) {
                _ = write!(out, concat!(stringify!($name), "::{:?}"), self);
            }
        }
    )+};
}

structs! {
    Catalogue { date, layers, sources, every_service, categories, services, exceptions, owners }
    CategoryInfo { category, name, blurb, note, sources, splits }
    Checks { layer, maker, ids, note }
    Condition { resource, attribute, is }
    Entry { start, target }
    Control { family, number, enhancement }
    Exception { kind, name, services, reason }
    Identifiers { kind, names }
    Index { slots, tables, entries, proofs, keys }
    LayerInfo { layer, name, definition, aliases }
    Lifecycle { stage, date, note, sources }
    Mode { id, name, category, sources, when, splits }
    Owners { default, layers, services }
    Proof { service, check }
    Service {
        id, name, short, category, basis, part_of, sources, aliases, former_names, lifecycle, identifiers, when, splits,
        modes, checks, overlaid,
    }
    Source { page, checked }
    Split { layer, party, sharing, aws, customer, third_party, basis, controls, note, sources, overlaid }
    ThirdParty { name, duties }
}

enums! { Basis Category Kind Layer Maker Party Sharing Stage Target }

impl Bake for &str {
    fn bake(&self, out: &mut String) {
        _ = write!(out, "{self:?}");
    }
}

/// Types of one plain value are written as their own `Debug` form.
macro_rules! newtypes {
    ($($name:ident)+) => {$(
        impl Bake for $name {
            fn bake(&self, out: &mut String) {
                _ = write!(out, "{self:?}");
            }
        }
    )+};
}

newtypes! { Date Lines }

impl Bake for &ThirdParty {
    fn bake(&self, out: &mut String) {
        out.push('&');
        (*self).bake(out);
    }
}

impl<T: Bake> Bake for &[T] {
    fn bake(&self, out: &mut String) {
        out.push_str("&[");
        for item in *self {
            item.bake(out);
            out.push(',');
        }
        out.push(']');
    }
}

impl<T: Bake> Bake for Option<T> {
    fn bake(&self, out: &mut String) {
        match self {
            Some(value) => {
                out.push_str("Some(");
                value.bake(out);
                out.push(')');
            }
            None => out.push_str("None"),
        }
    }
}

impl Bake for [u8; 2] {
    fn bake(&self, out: &mut String) {
        _ = write!(out, "{self:?}");
    }
}

impl<A: Bake, B: Bake> Bake for (A, B) {
    fn bake(&self, out: &mut String) {
        out.push('(');
        self.0.bake(out);
        out.push(',');
        self.1.bake(out);
        out.push(')');
    }
}

/// Numbers and truth values are written as they are.
macro_rules! plain {
    ($($name:ident)+) => {$(
        impl Bake for $name {
            fn bake(&self, out: &mut String) {
                _ = write!(out, "{self}");
            }
        }
    )+};
}

plain! { bool u8 u16 u32 }
